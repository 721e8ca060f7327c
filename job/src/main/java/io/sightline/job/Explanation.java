// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.ResolvedOption;
import io.sightline.model.ModelDescriptor;
import java.io.PrintWriter;
import java.util.List;
import org.apache.flink.runtime.OperatorIDPair;
import org.apache.flink.runtime.jobgraph.JobEdge;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.tasks.CheckpointCoordinatorConfiguration;
import org.apache.flink.runtime.jobgraph.tasks.JobCheckpointingSettings;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Prints what a job would be: its options and where they come from, its model and its graph. */
final class Explanation {

  private final PrintWriter out;

  Explanation(PrintWriter out) {
    this.out = out;
  }

  void options(ClassifyJobConfig config) {
    out.println("Configuration (secrets are masked)");
    int key = width(config.options().stream().map(ResolvedOption::key).toList(), 60);
    int value = width(config.options().stream().map(ResolvedOption::value).toList(), 44);
    String format = "  %-" + key + "s  %-" + value + "s  %s%n";
    for (ResolvedOption option : config.options()) {
      String text = option.value().isEmpty() ? "-" : option.value();
      out.printf(format, option.key(), text, option.origin());
    }
    out.println();
  }

  void model(ModelDescriptor model) {
    out.println("Model");
    out.printf("  name         %s%n", model.name());
    out.printf("  version      %s%n", model.version() == null ? "-" : model.version());
    out.printf("  fingerprint  %s%n", model.fingerprint());
    out.printf("  input        %s %s%n", model.input().name(), ModelText.shape(model.input()));
    out.printf("  output       %s, %d classes%n", model.output().name(), model.classes());
    model.warnings().forEach(warning -> out.printf("  warning      %s%n", warning));
    out.println();
  }

  /** Prints each task with the operators that are chained in it, from the source to the sinks. */
  void graph(StreamGraph graph) {
    out.println("Graph (operators of one task are chained)");
    int number = 0;
    JobGraph job = graph.getJobGraph();
    for (JobVertex task : job.getVerticesSortedTopologicallyFromSources()) {
      number++;
      out.printf("  task %d, parallelism %d%s%n", number, task.getParallelism(), inputs(task));
      // Flink lists the operators of a chain from its end.
      List<OperatorIDPair> operators = task.getOperatorIDs();
      for (int i = operators.size() - 1; i >= 0; i--) {
        OperatorIDPair operator = operators.get(i);
        out.printf(
            "    %-40s uid %s%n",
            operator.getUserDefinedOperatorName(),
            operator.getUserDefinedOperatorUid() == null
                ? "-"
                : operator.getUserDefinedOperatorUid());
      }
    }
    JobCheckpointingSettings settings = job.getCheckpointingSettings();
    if (settings != null) {
      CheckpointCoordinatorConfiguration checkpoints =
          settings.getCheckpointCoordinatorConfiguration();
      out.printf(
          "  checkpoints every %d ms, %s%n",
          checkpoints.getCheckpointInterval(),
          checkpoints.isUnalignedCheckpointsEnabled() ? "unaligned" : "aligned");
    }
    out.println();
  }

  private static String inputs(JobVertex task) {
    StringBuilder text = new StringBuilder();
    for (JobEdge input : task.getInputs()) {
      text.append(text.isEmpty() ? ", from " : " and ")
          .append(input.getSource().getProducer().getName())
          .append(" by ")
          .append(input.getShipStrategyName());
    }
    return text.toString();
  }

  private static int width(List<String> texts, int most) {
    return Math.min(most, texts.stream().mapToInt(String::length).max().orElse(1));
  }
}
