// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static java.util.Objects.requireNonNull;

import io.sightline.schemas.ClassificationEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.jspecify.annotations.Nullable;

/**
 * Labelled events with five classes each, always the same for an index: 70 % right, 25 % one of ten
 * classes that look alike, 5 % any class at all, so that the confusion table grows as large as it
 * does with a bad model.
 */
final class SyntheticOutcomes implements GeneratorFunction<Long, ClassificationEvent> {

  private static final long serialVersionUID = 1L;

  private static final int GIVEN = 5;
  private static final int LOOK_ALIKE = 10;
  private static final int SCORES = 1 << 12;

  private final int classes;

  private transient @Nullable List<String> labels;

  /** The classes of an event, and their names, by its best class. */
  private transient @Nullable List<List<Integer>> given;

  private transient @Nullable List<List<String>> givenNames;
  private transient @Nullable List<List<Float>> scores;

  SyntheticOutcomes(int classes) {
    this.classes = classes;
  }

  /** Label names of so many classes. */
  static List<String> names(int classes) {
    return IntStream.range(0, classes).mapToObj(id -> "class number " + id).toList();
  }

  @Override
  public void open(SourceReaderContext context) {
    // Made once: what is to be measured is not how fast they are made.
    List<String> names = names(classes);
    labels = IntStream.range(0, classes).mapToObj(String::valueOf).toList();
    given =
        IntStream.range(0, classes)
            .mapToObj(
                best ->
                    IntStream.range(0, GIVEN).map(i -> (best + i * 7) % classes).boxed().toList())
            .toList();
    givenNames = given.stream().map(ids -> ids.stream().map(names::get).toList()).toList();
    scores =
        IntStream.rangeClosed(1, SCORES)
            .mapToObj(i -> (float) i / SCORES)
            .map(best -> List.of(best, (1 - best) / 2, (1 - best) / 4, (1 - best) / 8, 0f))
            .toList();
    EvaluateBench.started();
  }

  @Override
  public ClassificationEvent map(Long index) {
    SplittableRandom random = new SplittableRandom(index);
    int label = random.nextInt(classes);
    int kind = random.nextInt(100);
    int best =
        kind < 70
            ? label
            : kind < 95
                ? (label + 1 + random.nextInt(LOOK_ALIKE)) % classes
                : random.nextInt(classes);
    ClassificationEvent event = new ClassificationEvent();
    event.setEventId("e");
    event.setReferenceId("r");
    event.setModelName("synthetic");
    event.setModelFingerprint("f");
    event.setProvider("cpu");
    event.setClassIds(requireNonNull(given).get(best));
    event.setScores(requireNonNull(scores).get(random.nextInt(SCORES)));
    event.setLabelNames(requireNonNull(givenNames).get(best));
    event.setImageFormat("jpeg");
    event.setWidth(1);
    event.setHeight(1);
    event.setContentSha256("0");
    event.setLabel(requireNonNull(labels).get(label));
    event.setAttributes(Map.of());
    event.setClassifiedAt(Instant.EPOCH);
    return event;
  }
}
