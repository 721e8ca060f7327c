// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.schemas.ClassificationEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * The events of a job in the order of its data set. They are spread over files by ranges of
 * positions first, so that only the events of one range are in memory at once, however large the
 * data set is. Not thread-safe.
 */
final class OrderedEvents implements Iterable<ClassificationEvent> {

  private final List<Path> ranges;
  private final ToIntFunction<ClassificationEvent> position;

  private OrderedEvents(List<Path> ranges, ToIntFunction<ClassificationEvent> position) {
    this.ranges = ranges;
    this.position = position;
  }

  /**
   * Spreads the events of container files.
   *
   * @param positions number of positions in the data set
   * @param position of an event, from 0 and below {@code positions}
   * @param rangeSize positions whose events may be in memory at once
   * @param folder takes the files of the ranges, and is there
   */
  static OrderedEvents spread(
      List<Path> files,
      int positions,
      ToIntFunction<ClassificationEvent> position,
      int rangeSize,
      Path folder)
      throws IOException {
    List<Path> ranges =
        IntStream.rangeClosed(0, (positions - 1) / rangeSize)
            .mapToObj(range -> folder.resolve("range-" + range))
            .toList();
    List<DataFileWriter<ClassificationEvent>> writers = new ArrayList<>();
    try {
      for (Path range : ranges) {
        DataFileWriter<ClassificationEvent> writer =
            new DataFileWriter<>(new SpecificDatumWriter<>(ClassificationEvent.class));
        writers.add(writer);
        writer.setCodec(CodecFactory.zstandardCodec(CodecFactory.DEFAULT_ZSTANDARD_LEVEL));
        writer.create(ClassificationEvent.getClassSchema(), Files.newOutputStream(range));
      }
      for (Path file : files) {
        try (DataFileReader<ClassificationEvent> events = open(file)) {
          for (ClassificationEvent event : events) {
            writers.get(position.applyAsInt(event) / rangeSize).append(event);
          }
        }
      }
    } finally {
      for (DataFileWriter<ClassificationEvent> writer : writers) {
        writer.close();
      }
    }
    return new OrderedEvents(ranges, position);
  }

  private static DataFileReader<ClassificationEvent> open(Path file) throws IOException {
    return new DataFileReader<>(
        file.toFile(), new SpecificDatumReader<>(ClassificationEvent.class));
  }

  /** Reads a range when its first event is asked for; fails with {@link UncheckedIOException}. */
  @Override
  public Iterator<ClassificationEvent> iterator() {
    Iterator<Path> files = ranges.iterator();
    return new Iterator<>() {

      private Iterator<ClassificationEvent> range = Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!range.hasNext() && files.hasNext()) {
          range = sorted(files.next());
        }
        return range.hasNext();
      }

      @Override
      public ClassificationEvent next() {
        return hasNext() ? range.next() : Collections.<ClassificationEvent>emptyIterator().next();
      }
    };
  }

  private Iterator<ClassificationEvent> sorted(Path file) {
    List<ClassificationEvent> events = new ArrayList<>();
    try (DataFileReader<ClassificationEvent> reader = open(file)) {
      reader.forEach(events::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    events.sort(Comparator.comparingInt(position));
    return events.iterator();
  }
}
