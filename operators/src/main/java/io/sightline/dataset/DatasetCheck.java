// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import io.sightline.dataset.ImageScan.Seen;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/**
 * Checks a PaddleX data set for image classification: a folder with {@code images}, {@code
 * label.txt} (lines of id and name), {@code train.txt} and {@code val.txt} (lines of path and id),
 * and perhaps {@code test.txt}.
 *
 * <p>Errors are what PaddleX's {@code check_dataset} refuses, in its words where it has some, but
 * all of them at once. Warnings are what it does not look at: ids and names that are given twice or
 * left out, labels that are no class's, images that can't be decoded, the same image in two splits,
 * classes that have few images or none, and everything about {@code test.txt}. Changes nothing.
 */
public final class DatasetCheck {

  private static final String TRAIN = "train";
  private static final String VAL = "val";
  private static final String TEST = "test";

  /** PaddleX's number of images that it draws of each split, and the seed that it takes. */
  private static final int SAMPLES = 10;

  private static final long SAMPLE_SEED = 123;

  /** From how many times the images of another class on a class is called out of balance. */
  private static final int IMBALANCE = 10;

  private final ImageCheck imageCheck;
  private final long maxBytes;
  private final int workers;
  private final CheckProgress progress;

  /**
   * A check of any number of data sets.
   *
   * @param imageCheck what an image must pass
   * @param maxBytes largest image file that is read; it is held in memory, one a worker
   * @param workers threads that read and check images
   */
  public DatasetCheck(ImageCheck imageCheck, long maxBytes, int workers, CheckProgress progress) {
    this.imageCheck = imageCheck;
    this.maxBytes = maxBytes;
    this.workers = workers;
    this.progress = progress;
  }

  /**
   * Checks the data set that lies in a folder or below it. Every image of every list is read.
   *
   * @throws InvalidFolderException where no data set lies there, or more than one
   * @throws IOException where lists can't be read
   * @throws ExecutionException where the check of an image failed, other than by saying that it
   *     can't be used
   */
  public DatasetReport run(Path folder)
      throws IOException, InterruptedException, ExecutionException {
    Path root = DatasetRoot.find(folder);
    Findings errors = new Findings();
    Findings warnings = new Findings();
    SortedMap<Integer, String> labels = LabelFile.read(root, errors, warnings);
    List<SplitList> lists = lists(root, errors, warnings);
    if (!labels.isEmpty()) {
      lists.forEach(list -> checkClassIds(list, labels, warnings));
    }
    Map<Path, Seen> seen = scan(lists);
    lists.forEach(list -> checkReadable(list, seen, warnings));
    checkApart(lists, seen, warnings);
    if (!labels.isEmpty()) {
      lists.forEach(list -> checkBalance(list, labels, warnings));
    }
    return new DatasetReport(
        root,
        labels,
        lists.stream().map(list -> split(list, seen)).toList(),
        errors.messages(),
        warnings.messages());
  }

  private static List<SplitList> lists(Path root, Findings errors, Findings warnings)
      throws IOException {
    List<SplitList> lists = new ArrayList<>();
    for (String split : List.of(TRAIN, VAL)) {
      Path list = root.resolve(SplitList.fileName(split));
      if (Files.isRegularFile(list)) {
        lists.add(SplitList.read(root, split, errors, warnings));
      } else {
        errors.add(
            "%s does not exist. Ensure that both `train.txt` and `val.txt` exist in %s"
                .formatted(list, root));
      }
    }
    if (Files.isRegularFile(root.resolve(SplitList.fileName(TEST)))) {
      lists.add(SplitList.read(root, TEST, warnings, warnings));
    }
    return lists;
  }

  private static void checkClassIds(
      SplitList list, SortedMap<Integer, String> labels, Findings warnings) {
    for (LabelledImage image : list.images()) {
      if (!labels.containsKey(image.classId())) {
        warnings.add(
            "labels of %s are not in %s:"
                .formatted(SplitList.fileName(list.name()), LabelFile.NAME),
            "%s has the label %d".formatted(image.name(), image.classId()));
      }
    }
  }

  private Map<Path, Seen> scan(List<SplitList> lists)
      throws InterruptedException, ExecutionException {
    Set<Path> files = new LinkedHashSet<>();
    lists.forEach(list -> list.images().forEach(image -> files.add(image.file())));
    return new ImageScan(imageCheck, maxBytes, progress).run(files, workers);
  }

  private static void checkReadable(SplitList list, Map<Path, Seen> seen, Findings warnings) {
    for (LabelledImage image : list.images()) {
      String problem = seenOf(image, seen).problem();
      if (problem != null) {
        warnings.add(
            "images of %s can't be used:".formatted(SplitList.fileName(list.name())),
            "%s: %s".formatted(image.name(), problem));
      }
    }
  }

  private static void checkApart(List<SplitList> lists, Map<Path, Seen> seen, Findings warnings) {
    List<Map<ByteBuffer, LabelledImage>> before = new ArrayList<>();
    for (SplitList list : lists) {
      Map<ByteBuffer, LabelledImage> images = new HashMap<>();
      for (LabelledImage image : list.images()) {
        ByteBuffer sha256 = seenOf(image, seen).sha256();
        if (sha256 != null) {
          images.putIfAbsent(sha256, image);
          for (int i = 0; i < before.size(); i++) {
            LabelledImage same = before.get(i).get(sha256);
            if (same != null) {
              warnings.add(
                  "the same images, byte by byte, are in %s and in %s:"
                      .formatted(
                          SplitList.fileName(lists.get(i).name()), SplitList.fileName(list.name())),
                  same.name().equals(image.name())
                      ? image.name()
                      : "%s is %s".formatted(same.name(), image.name()));
            }
          }
        }
      }
      before.add(images);
    }
  }

  private static void checkBalance(
      SplitList list, SortedMap<Integer, String> labels, Findings warnings) {
    if (list.images().isEmpty()) {
      return;
    }
    String file = SplitList.fileName(list.name());
    SortedMap<Integer, Integer> counts = counts(list);
    labels.forEach(
        (id, name) -> {
          if (!counts.containsKey(id)) {
            warnings.add("classes have no image in %s:".formatted(file), id + " " + name);
          }
        });
    int most = counts.values().stream().mapToInt(count -> count).max().orElse(0);
    labels.forEach(
        (id, name) -> {
          int count = counts.getOrDefault(id, 0);
          if (list.name().equals(TRAIN) && count > 0 && most >= (long) IMBALANCE * count) {
            warnings.add(
                "classes of %s have at most a %dth of the %d images of the largest:"
                    .formatted(file, IMBALANCE, most),
                "%d %s has %d".formatted(id, name, count));
          }
        });
  }

  private static DatasetReport.Split split(SplitList list, Map<Path, Seen> seen) {
    List<LabelledImage> shuffled = new ArrayList<>(list.images());
    new PythonRandom(SAMPLE_SEED).shuffle(shuffled);
    List<LabelledImage> samples =
        shuffled.stream()
            .filter(image -> seenOf(image, seen).problem() == null)
            .limit(SAMPLES)
            .toList();
    return new DatasetReport.Split(list.name(), list.lines(), counts(list), samples);
  }

  private static SortedMap<Integer, Integer> counts(SplitList list) {
    SortedMap<Integer, Integer> counts = new TreeMap<>();
    for (LabelledImage image : list.images()) {
      counts.merge(Objects.requireNonNull(image.classId()), 1, Integer::sum);
    }
    return counts;
  }

  private static Seen seenOf(LabelledImage image, Map<Path, Seen> seen) {
    return Objects.requireNonNull(seen.get(image.file()));
  }
}
