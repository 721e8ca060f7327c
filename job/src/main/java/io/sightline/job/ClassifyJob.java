// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.sink.Sinks;
import io.sightline.source.KafkaSources;
import io.sightline.source.SourcePartitions;
import io.sightline.source.SubmittedAt;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The classify job: references from a source, events and rejections to their sinks. */
public final class ClassifyJob {

  private ClassifyJob() {}

  /**
   * Defines the job from Kafka to the sinks that its configuration names. Nothing runs yet.
   *
   * @param partitions that the source reads, by which the exchange is decided
   */
  public static void define(
      StreamExecutionEnvironment env,
      ClassifyJobConfig config,
      ModelDescriptor model,
      SourcePartitions partitions) {
    define(
        env,
        config,
        model,
        partitions,
        start ->
            start
                .fromSource(
                    KafkaSources.create(config.source()),
                    SubmittedAt.watermarks(config.source()),
                    "References")
                .uid(OperatorIds.SOURCE),
        events ->
            events.sinkTo(Sinks.events(config.events())).name("Events").uid(OperatorIds.EVENTS),
        rejections ->
            rejections
                .sinkTo(Sinks.rejections(config.rejections()))
                .name("Rejections")
                .uid(OperatorIds.REJECTIONS));
  }

  /**
   * Defines the job between a source and sinks of the caller's.
   *
   * @param source gives raw records
   * @param events takes the events
   * @param rejections takes the rejections of all stages
   */
  public static void define(
      StreamExecutionEnvironment env,
      ClassifyJobConfig config,
      ModelDescriptor model,
      SourcePartitions partitions,
      Function<StreamExecutionEnvironment, DataStream<SourceRecord>> source,
      Consumer<DataStream<ClassificationEvent>> events,
      Consumer<DataStream<Rejection>> rejections) {
    Classified classified = Classified.define(env, config, model, partitions, source, false);
    events.accept(classified.events());
    rejections.accept(classified.rejections());
  }
}
