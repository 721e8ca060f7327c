// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassReadingsTest {

  private static final List<String> LABELS = List.of("cat", "bird", "dog", "ant");

  @Test
  void outputsInAlphabeticalOrderAreReadSo() {
    ClassReading reading = titled("the graph's outputs are in the alphabetical order");
    // ant, bird, cat, dog are the classes 3, 1, 0, 2.
    assertThat(classes(reading, 4)).containsExactly(3, 1, 0, 2);
  }

  @Test
  void classesThatAreNumberedInAlphabeticalOrderAreReadSo() {
    ClassReading reading = titled("numbered in the alphabetical order");
    assertThat(classes(reading, 4)).containsExactly(2, 1, 3, 0);
  }

  @Test
  void idsThatWereSortedAsTextAreReadSo() {
    List<String> labels = IntStream.range(0, 12).mapToObj(id -> "label").toList();
    ClassReading reading =
        ClassReadings.candidates(labels, null).stream()
            .filter(each -> each.title().startsWith("the graph's outputs"))
            .findFirst()
            .orElseThrow();
    assertThat(classes(reading, 12)).containsExactly(0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void labelsThatAreSortedAlreadyHaveNoSuchReading() {
    assertThat(ClassReadings.candidates(List.of("ant", "bird", "cat"), null))
        .allSatisfy(reading -> assertThat(reading.title()).contains("shifted by one"))
        .hasSize(2);
  }

  @Test
  void namesOfTheDataSetAreReadOnlyWhereTheyDifferAndAreKnown() {
    assertThat(byLabelFile(LABELS)).isEmpty();
    assertThat(byLabelFile(List.of("Katze", "Vogel", "Hund", "Ameise"))).isEmpty();
    assertThat(byLabelFile(List.of("ant", "cat", "bird", "dog")))
        .singleElement()
        .satisfies(reading -> assertThat(classes(reading, 4)).containsExactly(1, 2, 3, 0));
  }

  @Test
  void theLabelFileIsReadAndOneOfAnotherFormIsNot(@TempDir Path folder) throws Exception {
    assertThat(DatasetNames.read(folder)).isNull();
    Path file = folder.resolve("label.txt");
    Files.writeString(file, "0 great white shark\n\n2\tcat\n");
    assertThat(DatasetNames.read(folder))
        .isEqualTo(new DatasetNames(Map.of(0, "great white shark", 2, "cat")));
    Files.writeString(file, "cat\ndog\n");
    assertThat(DatasetNames.read(folder)).isNull();
  }

  private static List<ClassReading> byLabelFile(List<String> names) {
    Map<Integer, String> byId = new HashMap<>();
    for (int id = 0; id < names.size(); id++) {
      byId.put(id, names.get(id));
    }
    return ClassReadings.candidates(LABELS, new DatasetNames(byId)).stream()
        .filter(reading -> reading.title().contains("label.txt"))
        .toList();
  }

  private static ClassReading titled(String part) {
    return ClassReadings.candidates(LABELS, null).stream()
        .filter(reading -> reading.title().contains(part))
        .findFirst()
        .orElseThrow();
  }

  /** The class that each output stands for. */
  private static List<Integer> classes(ClassReading reading, int count) {
    return IntStream.range(0, count)
        .map(
            output ->
                IntStream.range(0, count)
                    .filter(label -> reading.relation().holds(output, label))
                    .findFirst()
                    .orElse(-1))
        .boxed()
        .toList();
  }
}
