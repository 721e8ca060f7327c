// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.awaitility.Awaitility;

/** Reads the finished Avro files of a sink. */
final class AvroFiles {

  private AvroFiles() {}

  /** Reads until there are at least as many records; fails where there are not in time. */
  static <T extends SpecificRecordBase> List<T> await(Path folder, Class<T> type, int count)
      throws Exception {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> read(folder, type), records -> records.size() >= count);
  }

  /** Reads the files that are finished now. */
  static <T extends SpecificRecordBase> List<T> read(Path folder, Class<T> type)
      throws IOException {
    List<T> records = new ArrayList<>();
    for (Path day : list(folder)) {
      for (Path file : list(day)) {
        if (isFinished(file)) {
          try (DataFileReader<T> reader =
              new DataFileReader<>(file.toFile(), new SpecificDatumReader<>(type))) {
            reader.forEachRemaining(records::add);
          }
        }
      }
    }
    return records;
  }

  /**
   * What lies in a folder; it is not walked, for that fails on a file that is renamed meanwhile.
   */
  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  /** Files in progress are hidden: their names begin with a dot. */
  private static boolean isFinished(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".") && name.endsWith(".avro");
  }
}
