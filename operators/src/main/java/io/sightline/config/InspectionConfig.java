// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import org.apache.flink.configuration.Configuration;

/**
 * What a command that looks at one model is configured by: the options that decide what becomes of
 * an image in it. Immutable.
 *
 * @param flink Flink's own options, which file systems need
 */
public record InspectionConfig(
    DecodeSettings decode,
    ModelSettings model,
    BatchSettings batch,
    DeviceSettings device,
    Configuration flink) {

  public InspectionConfig {
    flink = new Configuration(flink);
  }

  /** A copy: changes to it do not reach this object. */
  @Override
  public Configuration flink() {
    return new Configuration(flink);
  }

  /**
   * Reads a configuration, which may be that of any job: options that have nothing to do with the
   * model are passed over. What is wrong is added to the problems, all of it.
   */
  public static InspectionConfig read(ResolvedConfiguration resolved, Problems problems) {
    FlinkConfiguration flink = FlinkConfiguration.read(resolved, OptionCatalog.EVALUATE, problems);
    OptionReader options = new OptionReader(resolved, problems);
    return new InspectionConfig(
        DecodeOptions.read(options),
        ModelOptions.read(options),
        BatchOptions.read(options),
        DeviceOptions.read(options),
        flink.configuration());
  }
}
