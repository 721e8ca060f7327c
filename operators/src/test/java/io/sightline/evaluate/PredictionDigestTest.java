// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.evaluate.PredictionDigest.Listed;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.testing.Records;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PredictionDigestTest {

  /** An event whose label is class 0. */
  private static ClassificationEvent event(int number, int predicted, float confidence) {
    ClassificationEvent event = Records.event("r-" + number);
    event.setClassIds(List.of(predicted));
    event.setScores(List.of(confidence));
    return event;
  }

  private static PredictionDigest digest(int size, List<ClassificationEvent> events) {
    PredictionDigest digest = new PredictionDigest(size, event -> 0);
    events.forEach(digest::add);
    return digest;
  }

  private static List<String> ids(List<Listed> listed) {
    return listed.stream().map(entry -> entry.event().getReferenceId()).toList();
  }

  @Test
  void theListsAreThoseOfSortingAllPredictions() {
    SplittableRandom random = new SplittableRandom(1);
    List<ClassificationEvent> events = new ArrayList<>();
    for (int i = 0; i < 2000; i++) { // eight confidences: ties, which keep their order
      events.add(event(i, random.nextInt(2), random.nextInt(8) / 8f));
    }
    Comparator<ClassificationEvent> byConfidence =
        Comparator.comparing(event -> event.getScores().get(0));
    PredictionDigest digest = digest(300, events);
    assertThat(ids(digest.mistakes()))
        .isEqualTo(
            events.stream()
                .filter(event -> event.getClassIds().get(0) != 0)
                .sorted(byConfidence.reversed())
                .limit(300)
                .map(ClassificationEvent::getReferenceId)
                .toList());
    assertThat(ids(digest.leastCertain()))
        .isEqualTo(
            events.stream()
                .sorted(byConfidence)
                .limit(300)
                .map(ClassificationEvent::getReferenceId)
                .toList());
  }

  @Test
  void anImageWithoutAClassOrAConfidenceIsOnNoList() {
    ClassificationEvent nothing = event(0, 1, 1);
    nothing.setClassIds(List.of());
    nothing.setScores(List.of());
    PredictionDigest digest = digest(5, List.of(nothing, event(1, 1, Float.NaN), event(2, 1, 3)));
    assertThat(ids(digest.mistakes())).containsExactly("r-2");
    assertThat(ids(digest.leastCertain())).containsExactly("r-2");
  }

  @Test
  void listsOfNoLengthAreEmpty() {
    PredictionDigest digest = digest(0, List.of(event(0, 1, 0.5f)));
    assertThat(digest.mistakes()).isEmpty();
    assertThat(digest.leastCertain()).isEmpty();
  }

  @Test
  void itKnowsFromWhenToWhenAndOnWhatImagesWereClassified() {
    ClassificationEvent early = event(0, 0, 0.5f);
    early.setClassifiedAt(Instant.parse("2026-11-24T05:00:00Z"));
    ClassificationEvent late = event(1, 0, 0.5f);
    late.setProvider("cuda");
    PredictionDigest digest = digest(1, List.of(late, early));
    assertThat(digest.first()).isEqualTo("2026-11-24T05:00:00Z");
    assertThat(digest.last()).isEqualTo(late.getClassifiedAt());
    assertThat(digest.providers()).containsExactly("cpu", "cuda");
    assertThat(digest(1, List.of()).first()).isNull();
  }
}
