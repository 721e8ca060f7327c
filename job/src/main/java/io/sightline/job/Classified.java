// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.classify.Classification;
import io.sightline.classify.Outcome;
import io.sightline.classify.RouteFunction;
import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.ClassifySettings;
import io.sightline.config.RetrySettings;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.source.ParseFunction;
import io.sightline.source.SourcePartitions;
import java.util.function.Function;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What every job begins with: raw records, parsed, classified, and parted into events and
 * rejections.
 *
 * @param rejections of all these stages
 */
record Classified(
    SingleOutputStreamOperator<ClassificationEvent> events, DataStream<Rejection> rejections) {

  /**
   * Adds the operators.
   *
   * @param partitions that the source reads, by which the exchange is decided
   * @param source gives raw records
   * @param watermarks whether the source's watermarks go through
   */
  static Classified define(
      StreamExecutionEnvironment env,
      ClassifyJobConfig config,
      ModelDescriptor model,
      SourcePartitions partitions,
      Function<StreamExecutionEnvironment, DataStream<SourceRecord>> source,
      boolean watermarks) {
    ClassifySettings classify = config.classify();
    boolean exchange = hasExchange(classify, env.getParallelism(), partitions);
    RetrySettings retries = config.retries();
    env.configure(checkpointing(config.flink(), exchange || retries != null));
    env.configure(RestartDefaults.of(env.getConfiguration()));

    DataStream<SourceRecord> records = source.apply(env);
    SingleOutputStreamOperator<ImageReference> references =
        records.process(new ParseFunction(config.source())).name("Parse").uid(OperatorIds.PARSE);
    DataStream<Rejection> rejections = references.getSideOutput(Rejections.TAG);
    DataStream<ImageReference> all = references;
    if (retries != null) {
      RetryLoop loop = RetryLoop.read(env, retries, config.source());
      all = references.union(loop.references());
      rejections = rejections.union(loop.rejections());
    }
    DataStream<ImageReference> parsed = watermarks ? all : withoutWatermarks(all);
    SingleOutputStreamOperator<Outcome> outcomes =
        new Classification(model, config.operator())
            .applyTo(exchange ? parsed.rebalance() : parsed)
            .name("Classify")
            .uid(OperatorIds.CLASSIFY);
    SingleOutputStreamOperator<ClassificationEvent> events =
        outcomes.process(new RouteFunction()).name("Route").uid(OperatorIds.ROUTE);
    if (classify.parallelism() > 0) {
      events.setParallelism(classify.parallelism());
    }
    if (retries != null) {
      RetryLoop.write(events.getSideOutput(RouteFunction.RETRIES), retries);
    }
    return new Classified(events, rejections.union(events.getSideOutput(Rejections.TAG)));
  }

  /**
   * References without the watermarks of the source, which have done their work there: they align
   * its partitions. The unordered wait operator lets no outcome pass a watermark, so with them one
   * image that is slow to fetch would hold up all those after it.
   */
  private static DataStream<ImageReference> withoutWatermarks(
      DataStream<ImageReference> references) {
    return references
        .assignTimestampsAndWatermarks(WatermarkStrategy.<ImageReference>noWatermarks())
        .name("End of watermarks")
        .uid(OperatorIds.WATERMARKS);
  }

  /**
   * Whether references are spread over all slots between parse and classify.
   *
   * @param parallelism of the source, which is that of the job
   */
  static boolean hasExchange(
      ClassifySettings classify, int parallelism, SourcePartitions partitions) {
    if (classify.parallelism() > 0 && classify.parallelism() != parallelism) {
      return true; // Flink would put one there without being asked
    }
    return switch (classify.exchange()) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> !partitions.oneForEach(parallelism) && !classify.ordered();
    };
  }

  /**
   * Behind an exchange, or where two streams meet, an aligned barrier waits for all that is
   * buffered before it, while the wait operator is full: checkpoints are unaligned there, unless
   * the user says otherwise.
   */
  private static Configuration checkpointing(Configuration flink, boolean buffered) {
    if (buffered && !flink.contains(CheckpointingOptions.ENABLE_UNALIGNED)) {
      flink.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
    }
    return flink;
  }
}
