// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.model.ModelDescriptor;
import io.sightline.source.SourcePartitions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Adds the classify job with its Kafka source and its sinks to an environment. */
@FunctionalInterface
interface JobDefinition {

  /**
   * Adds the job.
   *
   * @param partitions of the source's topics
   */
  void define(
      StreamExecutionEnvironment env,
      ClassifyJobConfig config,
      ModelDescriptor model,
      SourcePartitions partitions);
}
