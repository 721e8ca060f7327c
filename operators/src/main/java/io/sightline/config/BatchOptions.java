// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code batch.*} options. */
public final class BatchOptions {

  public static final ConfigOption<Integer> MAX_SIZE =
      ConfigOptions.key("batch.max-size")
          .intType()
          .defaultValue(8)
          .withDescription(
              "Images in a full batch. On CPU a larger batch gains next to nothing; on a GPU it is"
                  + " what makes it fast. Each open batch takes this many input tensors of memory"
                  + " outside the heap.");

  public static final ConfigOption<Duration> MAX_DELAY =
      ConfigOptions.key("batch.max-delay")
          .durationType()
          .defaultValue(Duration.ofMillis(20))
          .withDescription(
              "How long an image may wait for its batch to fill, counted from the moment its bytes"
                  + " were there. 0 ms runs what is there at once.");

  private BatchOptions() {}

  static BatchSettings read(OptionReader options) {
    return new BatchSettings(options.atLeast(MAX_SIZE, 1), options.get(MAX_DELAY));
  }
}
