// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Divides the lines of {@code train.txt} and {@code val.txt} of a PaddleX data set anew between the
 * two, as PaddleX does: all lines are shuffled, the first go to train, and lists that are there are
 * kept as {@code .bak}, unless there is a {@code .bak} of an earlier time. {@code test.txt} stays
 * as it is. The same seed gives the same lists, those that Python's {@code random} would give.
 *
 * <p>Unlike there, blank lines are left out, a list whose last line has no line break is not run
 * into the next one, and no split may come out empty.
 */
public final class DatasetSplitter {

  private static final List<String> SPLITS = List.of("train", "val");

  private final int trainPercent;
  private final boolean stratified;
  private final long seed;

  /**
   * @param trainPercent share of the train split
   * @param valPercent share of the other; together they are 100
   * @param stratified whether each class is divided by these shares, and not the whole alone
   * @throws IllegalArgumentException where the shares are none, for a person
   */
  public DatasetSplitter(int trainPercent, int valPercent, boolean stratified, long seed) {
    if (trainPercent <= 0 || valPercent <= 0) {
      throw new IllegalArgumentException(
          "The train_percent(%d) and val_percent(%d) should be greater than 0!"
              .formatted(trainPercent, valPercent));
    }
    if (trainPercent + valPercent != 100) {
      throw new IllegalArgumentException(
          "The sum of train_percent(%d) and val_percent(%d) should equal 100!"
              .formatted(trainPercent, valPercent));
    }
    this.trainPercent = trainPercent;
    this.stratified = stratified;
    this.seed = seed;
  }

  /**
   * What was written.
   *
   * @param root the folder of the lists
   * @param train lines of {@code train.txt}
   * @param val lines of {@code val.txt}
   */
  public record Result(Path root, int train, int val) {}

  /**
   * Divides the data set that lies in a folder or below it. Where it fails, the lists are as
   * before.
   *
   * @throws InvalidFolderException where no data set lies there or more than one, or its lists
   *     can't be divided so
   * @throws IOException where lists can't be read or written
   */
  public Result run(Path folder) throws IOException {
    Path root = DatasetRoot.find(folder);
    List<String> lines = new ArrayList<>();
    boolean found = false;
    for (String split : SPLITS) {
      Path list = root.resolve(SplitList.fileName(split));
      if (Files.isRegularFile(list)) {
        found = true;
        TextLines.read(list).stream().filter(line -> !line.isBlank()).forEach(lines::add);
      }
    }
    if (!found) {
      throw new InvalidFolderException(
          "The files to be divided train.txt, val.txt, do not exist in the dataset directory "
              + root);
    }
    new PythonRandom(seed).shuffle(lines);
    int trains = share(lines.size());
    if (trains == 0 || trains == lines.size()) {
      throw new InvalidFolderException(
          "%d images at %d percent leave none for %s"
              .formatted(lines.size(), trainPercent, trains == 0 ? "train.txt" : "val.txt"));
    }
    boolean[] isTrain = stratified ? stratified(root, lines, trains) : first(lines.size(), trains);
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      lists
          .computeIfAbsent(SPLITS.get(isTrain[i] ? 0 : 1), split -> new ArrayList<>())
          .add(lines.get(i));
    }
    ListReplacement replacement = new ListReplacement(root);
    for (String split : SPLITS) {
      replacement.add(SplitList.fileName(split), lists.getOrDefault(split, List.of()));
    }
    replacement.run();
    return new Result(root, trains, lines.size() - trains);
  }

  /** Python's {@code round(n * percent / 100)}: half to even. */
  private int share(int n) {
    return (int) Math.rint((double) n * trainPercent / 100);
  }

  private static boolean[] first(int size, int trains) {
    boolean[] isTrain = new boolean[size];
    Arrays.fill(isTrain, 0, trains, true);
    return isTrain;
  }

  /**
   * The first lines of each class: as many as its share has whole images, and one more for those
   * with the largest rests, until the shares of all are given (the method of largest remainders).
   */
  private boolean[] stratified(Path root, List<String> lines, int trains)
      throws InvalidFolderException {
    Collection<List<Integer>> classes = positionsByLabel(root, lines).values();
    boolean[] isTrain = new boolean[lines.size()];
    List<List<Integer>> byRest = new ArrayList<>(classes);
    byRest.sort(Comparator.comparingLong(this::rest).reversed());
    long whole = classes.stream().mapToLong(this::whole).sum();
    for (int i = 0; i < byRest.size(); i++) {
      List<Integer> positions = byRest.get(i);
      long share = whole(positions) + (i < trains - whole ? 1 : 0);
      positions.subList(0, (int) share).forEach(position -> isTrain[position] = true);
    }
    return isTrain;
  }

  private long whole(List<Integer> positions) {
    return (long) positions.size() * trainPercent / 100;
  }

  private long rest(List<Integer> positions) {
    return (long) positions.size() * trainPercent % 100;
  }

  private static Map<Integer, List<Integer>> positionsByLabel(Path root, List<String> lines)
      throws InvalidFolderException {
    Map<Integer, List<Integer>> positions = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      try {
        int label = TextLines.parseInt(line.substring(line.lastIndexOf(' ') + 1));
        positions.computeIfAbsent(label, key -> new ArrayList<>()).add(i);
      } catch (NumberFormatException e) {
        wrong.add("\"%s\"".formatted(line));
      }
    }
    if (!wrong.isEmpty()) {
      throw new InvalidFolderException(
          "lines of %s and %s have no label to stratify by:%n  %s"
              .formatted(
                  root.resolve("train.txt"), root.resolve("val.txt"), ImageFolder.shown(wrong)));
    }
    return positions;
  }
}
