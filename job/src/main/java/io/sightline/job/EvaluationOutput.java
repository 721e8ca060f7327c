// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.Problems;
import io.sightline.evaluate.EvaluationFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The folder of {@code --output}, and the hidden folder in it that the job writes to. Immutable.
 *
 * @param folder of the results
 * @param work of the job; it is deleted before it starts and after it ended
 */
record EvaluationOutput(Path folder, Path work) {

  private static final String WORK = ".sightline-evaluate";

  /**
   * The output in a folder. Adds a problem where something lies in it that must not be replaced.
   *
   * @param overwrite whether an earlier evaluation may be replaced
   */
  static EvaluationOutput of(Path output, boolean overwrite, Problems problems) {
    Path folder = output.toAbsolutePath().normalize();
    try (Stream<Path> entries = Files.list(folder)) {
      boolean empty = entries.allMatch(entry -> entry.endsWith(WORK));
      boolean earlier = Files.exists(folder.resolve(EvaluationFiles.REPORT));
      if (!empty && !earlier) {
        problems.add(
            "--output: %s is not empty, and what lies there is no evaluation: name another folder"
                .formatted(output));
      } else if (!empty && !overwrite) {
        problems.add(
            "--output: %s has an evaluation already: --overwrite replaces it".formatted(output));
      }
    } catch (NoSuchFileException e) {
      // it is created when the job starts
    } catch (IOException e) {
      problems.add("--output: %s can't be read: %s".formatted(output, e));
    }
    return new EvaluationOutput(folder, folder.resolve(WORK));
  }

  /** Folder of the job's events, as a URI. */
  String events() {
    return uri("events");
  }

  /** Folder of the job's rejections, as a URI. */
  String rejections() {
    return uri("rejections");
  }

  /** Folder of the job's report, as a URI. */
  String reports() {
    return uri("reports");
  }

  private String uri(String name) {
    return work.resolve(name).toUri().toString();
  }

  /** Makes the folders, and deletes what an evaluation left that did not come to its end. */
  void prepare() throws IOException {
    deleteWork();
    Files.createDirectories(work);
  }

  void deleteWork() throws IOException {
    if (!Files.exists(work)) {
      return;
    }
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The finished files that the job has written to one of its folders. */
  List<Path> files(String name) throws IOException {
    Path below = work.resolve(name);
    if (!Files.exists(below)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(below)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** All records that the job has written to one of its folders, which are few. */
  <T extends SpecificRecordBase> List<T> read(String name, Class<T> type) throws IOException {
    List<T> records = new ArrayList<>();
    for (Path file : files(name)) {
      try (DataFileReader<T> reader =
          new DataFileReader<>(file.toFile(), new SpecificDatumReader<>(type))) {
        reader.forEach(records::add);
      }
    }
    return records;
  }
}
