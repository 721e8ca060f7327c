// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import java.util.ArrayList;
import java.util.List;

/**
 * The images of a batch that have ended, with their outcomes, until the task's thread has them all
 * at once. Where each went there by itself, each could wake that thread, which then takes a core
 * from the workers up to once an image. Not thread-safe.
 */
final class EndedImages {

  private record Ended(InFlight image, Outcome outcome) {

    void complete() {
      image.complete(outcome);
    }
  }

  private final List<Ended> ended;

  EndedImages(int size) {
    ended = new ArrayList<>(size);
  }

  /** Adds an image whose {@link InFlight#end} was the caller's. */
  void add(InFlight image, Outcome outcome) {
    ended.add(new Ended(image, outcome));
  }

  /** Completes all of them: what is sent to the task for the first one completes the others. */
  void complete() {
    if (ended.isEmpty()) {
      return;
    }
    Ended first = ended.get(0);
    List<Ended> others = ended.subList(1, ended.size());
    first.image().complete(first.outcome(), () -> others.forEach(Ended::complete));
  }
}
