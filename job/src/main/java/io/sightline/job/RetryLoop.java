// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.RetrySettings;
import io.sightline.config.SourceSettings;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.schemas.Retry;
import io.sightline.sink.Sinks;
import io.sightline.source.KafkaSources;
import io.sightline.source.ParkFunction;
import io.sightline.source.ParseRetryFunction;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The way that references go whose store is down: to a topic, from it into keyed state, and when
 * their time has come to the classifier again. A topic it is, since a graph of Flink's has no cycle
 * that its checkpoints hold.
 *
 * @param references that go to the classifier again
 * @param rejections of records in the topic that are no references
 */
record RetryLoop(DataStream<ImageReference> references, DataStream<Rejection> rejections) {

  /** Adds the half of the loop that reads. */
  static RetryLoop read(
      StreamExecutionEnvironment env, RetrySettings retries, SourceSettings references) {
    SourceSettings source = retries.source(references);
    DataStream<SourceRecord> records =
        env.fromSource(
                KafkaSources.create(source), WatermarkStrategy.noWatermarks(), "Retry references")
            .uid(OperatorIds.RETRY_SOURCE);
    SingleOutputStreamOperator<Retry> parsed =
        records
            .process(new ParseRetryFunction(source))
            .name("Parse retries")
            .uid(OperatorIds.PARSE_RETRIES);
    return new RetryLoop(
        parsed
            .keyBy(retry -> retry.getReference().getId(), Types.STRING)
            .process(new ParkFunction())
            .name("Park")
            .uid(OperatorIds.PARK),
        parsed.getSideOutput(Rejections.TAG));
  }

  /** Adds the half of the loop that writes. */
  static void write(DataStream<Retry> retries, RetrySettings settings) {
    retries.sinkTo(Sinks.retries(settings.sink())).name("Retries").uid(OperatorIds.RETRIES);
  }
}
