// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.ClassifySettings;
import io.sightline.config.ClassifySettings.Exchange;
import io.sightline.source.SourcePartitions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassifiedTest {

  @ParameterizedTest(
      name = "{0}, ordered {1}: {2} slots that classify in a job of {3}, {4} partitions")
  @CsvSource({
    "AUTO, false, 0, 2, 2, false",
    "AUTO, false, 0, 2, 1, true",
    "AUTO, false, 0, 2, 0, true", // not known
    "AUTO, false, 2, 2, 2, false",
    "AUTO, false, 0, 2, 1-1, true", // which both begin at the same slot
    "AUTO, false, 4, 2, 4, true", // Flink itself would make one
    "AUTO, true, 0, 2, 1, false",
    "ALWAYS, false, 0, 2, 2, true",
    "NEVER, false, 0, 2, 1, false"
  })
  void thereIsAnExchangeWhereItIsAskedForOrWhatItConnectsDiffers(
      Exchange exchange,
      boolean ordered,
      int slots,
      int parallelism,
      String partitions,
      boolean expected) {
    ClassifySettings settings =
        new ClassifySettings(1, 5, 0, ordered, 0, Duration.ofMinutes(1), slots, exchange);
    assertThat(Classified.hasExchange(settings, parallelism, topics(partitions)))
        .isEqualTo(expected);
  }

  /** Partitions of the first topic and the second, as {@code 1-1}; 0 where they are not known. */
  private static SourcePartitions topics(String partitions) {
    Iterator<String> names = List.of("camera-north", "camera-south").iterator();
    return partitions.equals("0")
        ? SourcePartitions.UNKNOWN
        : new SourcePartitions(
            Stream.of(partitions.split("-"))
                .collect(Collectors.toMap(number -> names.next(), Integer::valueOf)));
  }
}
