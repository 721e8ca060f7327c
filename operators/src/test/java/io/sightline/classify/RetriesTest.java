// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.OutageSettings;
import io.sightline.config.OutageSettings.OnUnavailable;
import io.sightline.fetch.UnavailableException;
import io.sightline.reference.Reason;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RetriesTest {

  private static final Instant START = Instant.parse("2026-11-24T06:00:00Z");
  private static final Duration DELAY = Duration.ofSeconds(30);

  private Instant now = START;
  private double random;

  @Test
  void aRetryHasTheWholeReferenceAndWhatWasTried() {
    ImageReference reference = reference();
    Retry retry = next(reference, outage(7, null));
    assertThat(retry.getNotBefore()).isEqualTo(START.plus(DELAY));
    assertThat(retry.getReason()).isEqualTo("http-status");
    assertThat(retry.getDetail()).isEqualTo("is down");
    assertThat(retry.getReference().getFetchAttempts().getRounds()).isEqualTo(1);
    assertThat(retry.getReference().getFetchAttempts().getAttempts()).isEqualTo(7);
    assertThat(retry.getReference().getFetchAttempts().getFirstFailedAt()).isEqualTo(START);
    assertThat(reference.getFetchAttempts()).as("the one in flight is as it was").isNull();
    assertThat(ImageReference.newBuilder(retry.getReference()).setFetchAttempts(null).build())
        .isEqualTo(reference);
  }

  @Test
  void theDelayDoublesUpToTenMinutes() {
    List<Long> delays = new ArrayList<>();
    ImageReference reference = reference();
    for (int i = 0; i < 40; i++) {
      Retry retry = next(reference, outage(2, null));
      delays.add(Duration.between(now, retry.getNotBefore()).toSeconds());
      now = retry.getNotBefore();
      reference = retry.getReference();
    }
    assertThat(delays).startsWith(30L, 60L, 120L, 240L, 480L, 600L, 600L).endsWith(600L);
    assertThat(reference.getFetchAttempts().getAttempts()).isEqualTo(80);
    assertThat(reference.getFetchAttempts().getFirstFailedAt()).isEqualTo(START);
  }

  @Test
  void upToAQuarterIsAddedAndAStoreThatSaysWhenIsHeard() {
    random = 1;
    assertThat(next(reference(), outage(1, null)).getNotBefore())
        .isEqualTo(START.plusMillis(37_500));
    assertThat(next(reference(), outage(1, Duration.ofSeconds(5))).getNotBefore())
        .isEqualTo(START.plusMillis(37_500));
    assertThat(next(reference(), outage(1, Duration.ofSeconds(100))).getNotBefore())
        .isEqualTo(START.plusSeconds(125));
  }

  @Test
  void theLastRoundIsAtTheEndAndThenThereIsNone() {
    ImageReference reference = next(reference(), outage(1, null)).getReference();
    now = START.plus(Duration.ofDays(1)).minusSeconds(1);
    Retry last = next(reference, outage(1, null));
    assertThat(last.getNotBefore()).isEqualTo(START.plus(Duration.ofDays(1)));
    now = last.getNotBefore();
    assertThat(retries().next(last.getReference(), outage(1, null))).isNull();
    assertThat(Retries.attempts(last.getReference(), 3)).isEqualTo(5);
    assertThat(Retries.attempts(reference(), 3)).isEqualTo(3);
  }

  private Retry next(ImageReference reference, UnavailableException outage) {
    return Objects.requireNonNull(retries().next(reference, outage));
  }

  private Retries retries() {
    return new Retries(
        new OutageSettings(Duration.ZERO, OnUnavailable.RETRY, DELAY, Duration.ofDays(1)),
        () -> now,
        () -> random);
  }

  private static UnavailableException outage(int attempts, Duration retryAfter) {
    return new UnavailableException(Reason.HTTP_STATUS, "is down", attempts, retryAfter);
  }

  private static ImageReference reference() {
    return ImageReference.newBuilder()
        .setId("a")
        .setUri("http://127.0.0.1/a?key=secret")
        .setLabel("7")
        .setAttributes(Map.of("camera", "4"))
        .setSubmittedAt(START)
        .build();
  }
}
