// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import io.sightline.dataset.LabelledImage;
import io.sightline.local.Percentiles;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Counts what became of the images that were published. Not thread-safe. */
final class Tally {

  private final Map<String, LabelledImage> images = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Set<String> doubled = new HashSet<>();
  private final Set<String> rejected = new HashSet<>();
  private final Map<String, Integer> rejections = new TreeMap<>();
  private final List<Long> latencyMillis = new ArrayList<>();
  private int events;
  private int labelled;
  private int right;
  private long firstSubmitted = Long.MAX_VALUE;
  private long lastClassified;

  Tally(List<LabelledImage> images) {
    images.forEach(image -> this.images.put(image.name(), image));
  }

  /**
   * Counts an event.
   *
   * @param readMillis when it was read
   * @return false where it belongs to none of the images
   */
  boolean add(ClassificationEvent event, long readMillis) {
    LabelledImage image = images.get(event.getReferenceId());
    if (image == null) {
      return false;
    }
    see(image.name());
    events++;
    long submitted = Objects.requireNonNull(event.getSubmittedAt()).toEpochMilli();
    latencyMillis.add(readMillis - submitted);
    firstSubmitted = Math.min(firstSubmitted, submitted);
    lastClassified = Math.max(lastClassified, event.getClassifiedAt().toEpochMilli());
    if (image.classId() != null) {
      labelled++;
      right += isRight(image, event) ? 1 : 0;
    }
    return true;
  }

  /** Counts a rejection; false where it belongs to none of the images. */
  boolean add(Rejection rejection) {
    String id = rejection.getReferenceId();
    if (id == null || !images.containsKey(id)) {
      return false;
    }
    see(id);
    rejected.add(id);
    rejections.merge(rejection.getStage() + "/" + rejection.getReason(), 1, Integer::sum);
    return true;
  }

  private void see(String id) {
    if (!seen.add(id)) {
      doubled.add(id);
    }
  }

  static boolean isRight(LabelledImage image, ClassificationEvent event) {
    return !event.getClassIds().isEmpty() && event.getClassIds().get(0).equals(image.classId());
  }

  LabelledImage image(String id) {
    return Objects.requireNonNull(images.get(id), id);
  }

  /** Images that have ended as an event or a rejection. */
  int done() {
    return seen.size();
  }

  int of() {
    return images.size();
  }

  boolean isRejected(String id) {
    return rejected.contains(id);
  }

  /** Every image ended once. */
  boolean isComplete() {
    return done() == of() && doubled.isEmpty();
  }

  void print(Screen screen) {
    screen.line(
        "published   %d references: %d classified, %d rejected, %d lost, %d twice"
            .formatted(of(), events, rejected.size(), of() - done(), doubled.size()));
    rejections.forEach(
        (reason, count) -> screen.line("rejected    %d %s".formatted(count, reason)));
    if (labelled > 0) {
      screen.line(
          "top-1       %.3f (%d of %d labelled images)"
              .formatted((double) right / labelled, right, labelled));
    }
    if (events > 0) {
      screen.line(
          "speed       %.1f images/s, as they were published (see --rate, and the command bench)"
              .formatted(events * 1000.0 / Math.max(1, lastClassified - firstSubmitted)));
      Percentiles latency = new Percentiles(latencyMillis);
      screen.line(
          ("latency     p50 %d ms, p99 %d ms, from published to read; exactly once, an event is seen"
                  + " after the next checkpoint")
              .formatted(latency.at(50), latency.at(99)));
    }
  }
}
