// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import org.apache.flink.configuration.Configuration;

/**
 * What predictions outside a job are configured by: those options of the jobs that have a meaning
 * there. Immutable.
 *
 * @param topK classes of a prediction, {@code classify.top-k}
 * @param minScore classes with a lower score are left out, {@code classify.min-score}
 * @param batchSize {@code batch.max-size}, which is 1 here where it is not set, as in PaddleX
 * @param workers {@code classify.workers}; 0 takes the cores of the machine
 * @param flink Flink's own options, which file systems need
 */
public record PredictConfig(
    int topK,
    float minScore,
    int batchSize,
    int workers,
    FetchSettings fetch,
    DecodeSettings decode,
    ModelSettings model,
    DeviceSettings device,
    Configuration flink) {

  private static final int BATCH_SIZE = 1;

  public PredictConfig {
    flink = new Configuration(flink);
  }

  /** A copy: changes to it do not reach this object. */
  @Override
  public Configuration flink() {
    return new Configuration(flink);
  }

  /**
   * Reads a configuration that a program has put together.
   *
   * @see #read(ResolvedConfiguration, Problems)
   */
  public static PredictConfig read(Configuration configuration, Problems problems) {
    return read(ResolvedConfiguration.of(configuration), problems);
  }

  /**
   * Reads a configuration, which may be that of any job: options that have no meaning outside a job
   * are passed over. What is wrong is added to the problems, all of it.
   */
  public static PredictConfig read(ResolvedConfiguration resolved, Problems problems) {
    FlinkConfiguration flink = FlinkConfiguration.read(resolved, OptionCatalog.EVALUATE, problems);
    OptionReader options = new OptionReader(resolved, problems);
    ClassifyConfig operator = ClassifyConfig.read(options, ClassifyOptions::read);
    return new PredictConfig(
        operator.classify().topK(),
        operator.classify().minScore(),
        options.has(BatchOptions.MAX_SIZE) ? operator.batch().maxSize() : BATCH_SIZE,
        operator.classify().workers(),
        operator.fetch(),
        operator.decode(),
        operator.model(),
        operator.device(),
        flink.configuration());
  }
}
