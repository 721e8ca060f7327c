// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The rate at which latency is measured. */
class LatencyTest {

  @Test
  void aSlowJobIsGivenHalfOfWhatItKeepsUpWith() {
    assertThat(Latency.rate(every(500, 128))).isCloseTo(1, within(0.02));
    assertThat(Latency.rate(every(100, 128))).isCloseTo(5, within(0.1));
  }

  @Test
  void aFastJobIsGivenTwentyASecond() {
    assertThat(Latency.rate(every(10, 128))).isEqualTo(20);
    assertThat(Latency.rate(every(0, 128))).isEqualTo(20);
  }

  private static List<Long> every(long millis, int events) {
    return LongStream.range(0, events).map(i -> 1_000 + i * millis).boxed().toList();
  }
}
