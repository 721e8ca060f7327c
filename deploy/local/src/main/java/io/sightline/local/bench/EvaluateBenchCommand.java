// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.local.bench.EvaluateBench.Measurement;
import io.sightline.local.bench.Report.Median;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline bench-evaluate}: what counting costs, without images. */
@Command(
    name = "bench-evaluate",
    description = {
      "Measures the evaluate job behind the classifier on made-up outcomes: how many it counts in a"
          + " second, and how large its checkpoints are.",
      "Figures are medians over the rounds; each round measures every parallelism once, and ratios"
          + " are taken within a round. Use a quiet machine."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All was measured.",
      "1:A run failed, or a checkpoint had 50 MB or more.",
      "2:The command line is wrong. Nothing was started."
    })
public final class EvaluateBenchCommand implements Callable<Integer> {

  private static final long MOST_STATE_BYTES = 50_000_000;

  @Option(
      names = "--outcomes",
      paramLabel = "N",
      defaultValue = "10000000",
      description = "Outcomes of a run (default: ${DEFAULT-VALUE}).")
  private long outcomes;

  @Option(
      names = "--classes",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Classes of the model (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,2",
      description = "Slots to measure with (default: ${DEFAULT-VALUE}).")
  private List<Integer> parallelism = List.of();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  public EvaluateBenchCommand() {}

  @Override
  public Integer call() throws Exception {
    if (outcomes < 10 || classes < 10 || rounds < 1 || parallelism.stream().anyMatch(n -> n < 1)) {
      throw new ParameterException(
          spec.commandLine(),
          "--outcomes and --classes must be at least 10, --rounds and --parallelism at least 1");
    }
    PrintWriter out = spec.commandLine().getOut();
    Map<Integer, List<Measurement>> measured = new TreeMap<>();
    for (int slots : parallelism) {
      EvaluateBench.run(outcomes, classes, slots); // for the JIT compilers
    }
    for (int round = 1; round <= rounds; round++) {
      for (int slots : parallelism) {
        Measurement measurement = EvaluateBench.run(outcomes, classes, slots);
        measured.computeIfAbsent(slots, n -> new ArrayList<>()).add(measurement);
        out.printf(
            Locale.ROOT,
            "round %d of %d, parallelism %d: %.0f outcomes/s%n",
            round,
            rounds,
            slots,
            measurement.perSecond());
        out.flush();
      }
    }
    return print(measured, out) < MOST_STATE_BYTES ? 0 : 1;
  }

  /** Prints the table, and returns the bytes of the largest checkpoint. */
  private long print(Map<Integer, List<Measurement>> measured, PrintWriter out) {
    long largest = 0;
    List<Measurement> first = measured.values().iterator().next();
    out.printf("%n%d outcomes over %d classes%n", outcomes, classes);
    out.printf(
        "%11s %12s %24s %34s %20s%n",
        "parallelism",
        "outcomes/s",
        "95 % of the median",
        "of the first, in the same round",
        "largest checkpoint");
    for (Map.Entry<Integer, List<Measurement>> row : measured.entrySet()) {
      List<Measurement> rounds = row.getValue();
      Median perSecond = Median.of(perSecond(rounds));
      Median ratio = Median.of(ratios(rounds, first));
      long state = rounds.stream().mapToLong(Measurement::stateBytes).max().orElse(0);
      largest = Math.max(largest, state);
      out.printf(
          Locale.ROOT,
          "%11d %12.0f %11.0f..%11.0f %18.3f (%.3f..%.3f) %17.2f MB%n",
          row.getKey(),
          perSecond.value(),
          perSecond.low(),
          perSecond.high(),
          ratio.value(),
          ratio.low(),
          ratio.high(),
          state / 1e6);
    }
    out.flush();
    return largest;
  }

  private static double[] perSecond(List<Measurement> rounds) {
    return rounds.stream().mapToDouble(Measurement::perSecond).toArray();
  }

  private static double[] ratios(List<Measurement> above, List<Measurement> below) {
    double[] ratios = perSecond(above);
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] /= below.get(i).perSecond();
    }
    return ratios;
  }
}
