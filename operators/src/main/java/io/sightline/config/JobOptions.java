// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code job.*} options. */
public final class JobOptions {

  public static final ConfigOption<String> NAME =
      ConfigOptions.key("job.name")
          .stringType()
          .defaultValue("sightline-classify")
          .withDescription(
              "Name of the job in Flink. The consumer group and the transactional ids follow from it"
                  + " where they are not set, so give every job its own. Default of evaluate:"
                  + " sightline-evaluate.");

  private JobOptions() {}
}
