// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.SlidingWindowReservoir;
import java.util.stream.LongStream;
import org.apache.flink.metrics.HistogramStatistics;
import org.junit.jupiter.api.Test;

class MillisHistogramTest {

  private final MillisHistogram histogram = new MillisHistogram(new SlidingWindowReservoir(8));

  @Test
  void lessThanAMillisecondIsNotNothing() {
    LongStream.of(300_000, 400_000, 500_000).forEach(histogram::updateNanos);
    HistogramStatistics statistics = histogram.getStatistics();
    assertThat(histogram.getCount()).isEqualTo(3);
    assertThat(statistics.size()).isEqualTo(3);
    assertThat(statistics.getQuantile(0.5)).isCloseTo(0.4, within(1e-9));
    assertThat(statistics.getQuantile(0.999)).isCloseTo(0.5, within(1e-9));
    assertThat(statistics.getMean()).isCloseTo(0.4, within(1e-9));
    assertThat(statistics.getStdDev()).isCloseTo(0.1, within(0.03));
  }

  @Test
  void whatHasNoFractionInFlinkIsRounded() {
    LongStream.of(1_400_000, 2_600_000).forEach(histogram::updateNanos);
    HistogramStatistics statistics = histogram.getStatistics();
    assertThat(statistics.getMin()).isEqualTo(1);
    assertThat(statistics.getMax()).isEqualTo(3);
    assertThat(statistics.getValues()).containsExactly(1, 3);
  }

  @Test
  void itIsUpdatedInMillisecondsAsAnyOtherOfFlink() {
    histogram.update(7);
    assertThat(histogram.getStatistics().getMax()).isEqualTo(7);
    assertThat(histogram.getStatistics().getMean()).isEqualTo(7);
  }
}
