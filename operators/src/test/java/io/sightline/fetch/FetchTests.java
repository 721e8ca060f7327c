// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.FetchSettings;
import io.sightline.config.OutageSettings;
import io.sightline.config.OutageSettings.OnUnavailable;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What the tests of this room share. */
final class FetchTests {

  static final int MAX_BYTES = 300_000;

  private FetchTests() {}

  static FetchSettings settings(Duration timeout, long maxInflightBytes) {
    return settings(timeout, maxInflightBytes, 2);
  }

  /** With one thread files are looked up in the order in which they were asked for. */
  static FetchSettings settings(Duration timeout, long maxInflightBytes, int threads) {
    return settings(timeout, maxInflightBytes, threads, Settings.REJECT_AT_ONCE);
  }

  static FetchSettings patient(Duration patience) {
    return patient(patience, OnUnavailable.FAIL);
  }

  static FetchSettings patient(Duration patience, OnUnavailable onUnavailable) {
    return settings(
        Duration.ofSeconds(20), 10_000_000, 2, Settings.outage(patience, onUnavailable));
  }

  private static FetchSettings settings(
      Duration timeout, long maxInflightBytes, int threads, OutageSettings outage) {
    return new FetchSettings(
        Set.of("file", "http", "https", "remote", "s9"),
        MAX_BYTES,
        Duration.ofSeconds(5),
        timeout,
        outage,
        threads,
        maxInflightBytes);
  }

  static FetchSettings settings() {
    return settings(Duration.ofSeconds(20), 10_000_000);
  }

  static ImageReference reference(String uri) {
    return ImageReference.newBuilder().setId("id").setUri(uri).setAttributes(Map.of()).build();
  }

  static byte[] image(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  static byte[] copy(ImageBytes bytes) {
    return Arrays.copyOfRange(bytes.array(), bytes.offset(), bytes.offset() + bytes.length());
  }

  static ImageBytes get(CompletableFuture<ImageBytes> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  static RejectedException rejection(CompletableFuture<ImageBytes> future, Reason reason)
      throws Exception {
    try {
      get(future).close();
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(RejectedException.class);
      RejectedException rejected = (RejectedException) e.getCause();
      assertThat(rejected.reason()).as(rejected.detail()).isEqualTo(reason);
      return rejected;
    }
    throw new AssertionError("was not rejected, " + reason + " was expected");
  }
}
