// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.schemas.ClassificationEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedEventsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 99, 100, 1000})
  void eventsOfSeveralFilesComeInTheOrderOfTheDataSet(int rangeSize) throws Exception {
    List<Integer> shuffled = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
    Collections.shuffle(shuffled, new Random(rangeSize));
    shuffled.removeAll(List.of(0, 50, 51, 99)); // those were rejected

    OrderedEvents ordered =
        OrderedEvents.spread(
            List.of(file("a", shuffled.subList(0, 60)), file("b", shuffled.subList(60, 96))),
            100,
            OrderedEventsTest::position,
            rangeSize,
            folder);

    for (int i = 0; i < 2; i++) {
      assertThat(ordered)
          .extracting(OrderedEventsTest::position)
          .hasSize(96)
          .isSorted()
          .containsExactlyInAnyOrderElementsOf(shuffled);
    }
  }

  @Test
  void withoutAnyEventThereIsNone() throws Exception {
    Iterator<ClassificationEvent> none =
        OrderedEvents.spread(List.of(), 5, OrderedEventsTest::position, 2, folder).iterator();

    assertThat(none.hasNext()).isFalse();
    assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
  }

  private static int position(ClassificationEvent event) {
    return Integer.parseInt(event.getReferenceId());
  }

  private Path file(String name, List<Integer> positions) throws Exception {
    Path file = folder.resolve(name);
    try (DataFileWriter<ClassificationEvent> writer =
        new DataFileWriter<>(new SpecificDatumWriter<>(ClassificationEvent.class))) {
      writer.create(ClassificationEvent.getClassSchema(), Files.newOutputStream(file));
      for (int position : positions) {
        writer.append(event(position));
      }
    }
    return file;
  }

  private static ClassificationEvent event(int position) {
    return ClassificationEvent.newBuilder()
        .setEventId("e" + position)
        .setReferenceId(Integer.toString(position))
        .setModelName("model")
        .setModelFingerprint("f00d")
        .setProvider("cpu")
        .setClassIds(List.of())
        .setScores(List.of())
        .setLabelNames(List.of())
        .setImageFormat("png")
        .setWidth(1)
        .setHeight(1)
        .setContentSha256("abcd")
        .setAttributes(Map.of())
        .setClassifiedAt(Instant.EPOCH)
        .build();
  }
}
