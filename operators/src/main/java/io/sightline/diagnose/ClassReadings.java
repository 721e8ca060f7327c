// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The usual ways in which the order of a model's outputs is not that of a data set's classes. */
final class ClassReadings {

  /** Part of the data set's names that the model must know too, for their order to be compared. */
  private static final double COMMON_NAMES = 0.5;

  private ClassReadings() {}

  /** All that differ from one another and from {@link ClassReading#AS_IT_IS}. */
  static List<ClassReading> candidates(List<String> labels, @Nullable DatasetNames names) {
    int classes = labels.size();
    int[] identity = IntStream.range(0, classes).toArray();
    List<int[]> tables = new ArrayList<>(List.of(identity));
    List<ClassReading> readings = new ArrayList<>();

    add(
        tables,
        readings,
        Arrays.stream(identity).map(output -> output + 1).toArray(),
        "the classes are shifted by one: output k of the graph is class k + 1 of the data set",
        "the data set counts its classes from 1, or the graph lacks a first class that the data set"
            + " has: take 1 off the data set's class ids, or reorder the labels by the graph");
    add(
        tables,
        readings,
        Arrays.stream(identity).map(output -> output - 1).toArray(),
        "the classes are shifted by one: output k of the graph is class k - 1 of the data set",
        "the graph has a first class that the data set has not, commonly 'background': add 1 to the"
            + " data set's class ids, or reorder the labels by the graph");
    sorted(tables, readings, "alphabetical order of their names", byName(labels, false));
    sorted(
        tables, readings, "alphabetical order of their names, case ignored", byName(labels, true));
    sorted(
        tables,
        readings,
        "order of their ids sorted as text (0, 1, 10, 100, 101 ...)",
        order(classes, Comparator.comparing(String::valueOf)));
    if (names != null && comparable(labels, names) && !names.agreeWith(labels)) {
      readings.add(
          new ClassReading(
              "the outputs stand for what the model's labels name, and %s gives the names other class ids"
                  .formatted(DatasetNames.FILE),
              "number the classes of the data set in the order of the model's labels",
              byNames(labels, names)));
    }
    return readings;
  }

  /** Whether model and data set have so many names in common that their order says something. */
  static boolean comparable(List<String> labels, DatasetNames names) {
    Set<String> known = new HashSet<>(labels);
    long common = names.names().values().stream().filter(known::contains).count();
    return common >= COMMON_NAMES * names.names().size();
  }

  /** Outputs stand for the class of the data set that has the same name. */
  static ClassReading.Relation byNames(List<String> labels, DatasetNames names) {
    return (output, label) -> labels.get(output).equals(names.names().get(label));
  }

  private static void sorted(
      List<int[]> tables, List<ClassReading> readings, String order, int[] sorted) {
    add(
        tables,
        readings,
        sorted,
        "the graph's outputs are in the " + order + ", the classes of the data set are not",
        "write the labels in the graph's order, and number the classes of the data set by it");
    int[] places = new int[sorted.length];
    for (int place = 0; place < sorted.length; place++) {
      places[sorted[place]] = place;
    }
    add(
        tables,
        readings,
        places,
        "the classes of the data set are numbered in the "
            + order
            + ", the graph's outputs are not",
        "number the classes of the data set in the order of the model's labels");
  }

  private static void add(
      List<int[]> tables, List<ClassReading> readings, int[] table, String title, String remedy) {
    if (tables.stream().noneMatch(known -> Arrays.equals(known, table))) {
      tables.add(table);
      readings.add(ClassReading.of(title, remedy, table));
    }
  }

  private static int[] byName(List<String> labels, boolean ignoreCase) {
    Comparator<String> names =
        ignoreCase ? String.CASE_INSENSITIVE_ORDER : Comparator.naturalOrder();
    return order(labels.size(), Comparator.comparing(labels::get, names));
  }

  private static int[] order(int classes, Comparator<Integer> comparator) {
    return IntStream.range(0, classes)
        .boxed()
        .sorted(comparator)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
