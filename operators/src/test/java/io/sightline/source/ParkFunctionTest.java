// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.FetchAttempts;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Retry;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParkFunctionTest {

  private KeyedOneInputStreamOperatorTestHarness<String, Retry, ImageReference> harness;

  @BeforeEach
  void open() throws Exception {
    harness = harness();
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void aReferenceIsParkedUntilItsTimeAndGoesOnWhole() throws Exception {
    harness.setProcessingTime(100);
    harness.processElement(retry("a", 200), 0);
    harness.setProcessingTime(199);
    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isOne();
    assertThat(harness.numProcessingTimeTimers()).isOne();

    harness.setProcessingTime(200);
    assertThat(harness.extractOutputValues()).containsExactly(retry("a", 200).getReference());
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void referencesWithOneIdAreParkedEachForItself() throws Exception {
    harness.processElement(retry("a", 300), 0);
    harness.processElement(retry("a", 200), 0);
    harness.processElement(retry("a", 200), 0);
    harness.processElement(retry("b", 250), 0);
    harness.setProcessingTime(200);
    assertThat(ids()).containsExactly("a", "a");
    harness.setProcessingTime(250);
    assertThat(ids()).containsExactly("a", "a", "b");
    harness.setProcessingTime(300);
    assertThat(ids()).containsExactly("a", "a", "b", "a");
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void aReferenceWhoseTimeHasComeAlreadyGoesOnWithTheNextTick() throws Exception {
    harness.setProcessingTime(500);
    harness.processElement(retry("a", 200), 0);
    harness.setProcessingTime(501);
    assertThat(ids()).containsExactly("a");
  }

  @Test
  void whatIsParkedOutlivesARestoreAndGoesOnLate() throws Exception {
    harness.processElement(retry("a", 200), 0);
    harness.processElement(retry("b", 900), 0);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    harness = harness();
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(700);
    assertThat(ids()).containsExactly("a");
    harness.setProcessingTime(900);
    assertThat(ids()).containsExactly("a", "b");
  }

  private List<String> ids() {
    return harness.extractOutputValues().stream().map(ImageReference::getId).toList();
  }

  private static Retry retry(String id, long notBefore) {
    ImageReference reference =
        ImageReference.newBuilder()
            .setId(id)
            .setUri("http://127.0.0.1/" + id)
            .setFetchAttempts(new FetchAttempts(1, 7, Instant.ofEpochMilli(10)))
            .build();
    return new Retry(reference, Instant.ofEpochMilli(notBefore), "io-error", "is down");
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, Retry, ImageReference> harness()
      throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new ParkFunction()),
        retry -> retry.getReference().getId(),
        Types.STRING);
  }
}
