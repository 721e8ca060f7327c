// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void aPauseIsAtMostThreeTimesTheOneBeforeAndWithinItsBounds() {
    Backoff backoff = new Backoff(new SplittableRandom(1));
    long previous = Backoff.SHORTEST.toNanos();
    for (int i = 0; i < 1000; i++) {
      long pause = backoff.nextNanos(null);
      assertThat(pause)
          .isBetween(Backoff.SHORTEST.toNanos(), Math.min(3 * previous, Backoff.LONGEST.toNanos()));
      previous = pause;
    }
  }

  @Test
  void pausesGrowToTheLongest() {
    Backoff backoff = new Backoff(largest());
    assertThat(
            new SplittableRandom(1)
                .longs(5, 0, 1)
                .map(unused -> backoff.nextNanos(null) / 1_000_000))
        .containsExactly(300L, 900L, 2700L, 5000L, 5000L);
  }

  @Test
  void aStoreThatSaysWhenIsNotAskedBefore() {
    Backoff backoff = new Backoff(new SplittableRandom(1));
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.nextNanos(Duration.ofSeconds(7)))
          .isBetween(Duration.ofMillis(7100).toNanos(), Duration.ofSeconds(12).toNanos());
    }
  }

  private static RandomGenerator largest() {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new UnsupportedOperationException();
      }

      @Override
      public long nextLong(long origin, long bound) {
        return bound - 1;
      }
    };
  }
}
