// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sightline.testing.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DatasetCheckTest {

  private static final int MAX_BYTES = 1000;

  @TempDir private Path folder;
  private final List<String> progress = new ArrayList<>();

  /** Breaks a sound data set. */
  private interface Breakage {
    void apply(DatasetFixture dataset) throws Exception;
  }

  @Test
  void aSoundDataSetPassesWithoutAWarning() throws Exception {
    DatasetReport report = check(DatasetFixture.sound(folder));

    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(report.passed()).isTrue();
    assertThat(report.classes()).isEqualTo(2);
    assertThat(report.labels()).isEqualTo(Map.of(0, "cat", 1, "dog"));
    assertThat(report.split("train").images()).isEqualTo(3);
    assertThat(report.split("train").imagesByClass()).isEqualTo(Map.of(0, 2, 1, 1));
    assertThat(report.split("val").images()).isEqualTo(2);
    assertThat(progress).last().isEqualTo("5 of 5");
  }

  @Test
  void aDataSetIsFoundBelowTheFolder() throws Exception {
    DatasetFixture.sound(folder.resolve("some/where"));

    assertThat(run(folder).root()).isEqualTo(folder.resolve("some/where"));
  }

  @Test
  void theFolderMayBeALink() throws Exception {
    DatasetFixture dataset = DatasetFixture.sound(folder.resolve("data"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), dataset.folder);

    DatasetReport report = run(link);

    assertThat(report.root()).isEqualTo(link);
    assertThat(report.passed()).isTrue();
    assertThat(report.split("train").images()).isEqualTo(3);
  }

  static List<Arguments> whatBreaksARule() {
    return List.of(
        broken(
            "no label.txt",
            dataset -> dataset.delete("label.txt"),
            "label.txt does not exist. Ensure that `label.txt` exist in "),
        broken(
            "no train.txt",
            dataset -> dataset.delete("train.txt"),
            "train.txt does not exist. Ensure that both `train.txt` and `val.txt` exist in "),
        broken(
            "no val.txt",
            dataset -> dataset.delete("val.txt"),
            "val.txt does not exist. Ensure that both `train.txt` and `val.txt` exist in "),
        broken(
            "an empty label.txt",
            dataset -> dataset.write("label.txt", ""),
            "label.txt is empty: a line a class is needed"),
        broken(
            "names before ids",
            dataset -> dataset.write("label.txt", "0 cat\ndog 1\n"),
            "Ensure that the first number in each line in ",
            "label.txt should be int.",
            "line 2: \"dog 1\""),
        broken(
            "an id without a name",
            dataset -> dataset.write("label.txt", "0 cat\n1\n"),
            "label.txt should be int.",
            "line 2: \"1\" has no name"),
        broken(
            "a blank line in label.txt",
            dataset -> dataset.write("label.txt", "0 cat\n\n1 dog\n"),
            "label.txt should be int.",
            "line 2: \"\""),
        broken(
            "ids from 1",
            dataset -> dataset.write("label.txt", "1 cat\n2 dog\n"),
            "Ensure that the index starts from 0 in `",
            "it starts from 1"),
        broken(
            "an id below 0",
            dataset -> dataset.write("label.txt", "-1 none\n0 cat\n1 dog\n"),
            "Ensure that the index starts from 0 in `",
            "it starts from -1"),
        broken(
            "a label.txt that is not UTF-8",
            dataset -> dataset.write("label.txt", new byte[] {'0', ' ', (byte) 0xC3, '\n'}),
            "label.txt is not UTF-8"),
        broken(
            "a byte order mark",
            dataset -> dataset.write("label.txt", "\uFEFF0 cat\n1 dog\n"),
            "label.txt starts with a byte order mark: save it as UTF-8 without one"),
        broken(
            "a list that is not UTF-8",
            dataset -> dataset.write("val.txt", new byte[] {(byte) 0xFF, ' ', '0'}),
            "val.txt is not UTF-8"),
        broken(
            "a path with a space",
            dataset -> dataset.write("val.txt", "images/d.jpg 1\nimages/my cat.jpg 0\n"),
            "The number of delimiter-separated items in each row in ",
            "val.txt should be 2 (current delimiter is ' ').",
            "line 2: \"images/my cat.jpg 0\" has 3"),
        broken(
            "a tab between path and label",
            dataset -> dataset.write("train.txt", "images/a.jpg\t0\n"),
            "train.txt should be 2",
            "line 1: \"images/a.jpg\t0\" has 1"),
        broken(
            "a blank line in a list",
            dataset -> dataset.write("train.txt", "images/a.jpg 0\n\n"),
            "line 2: \"\" has 1"),
        broken(
            "a name for a label",
            dataset -> dataset.write("train.txt", "images/a.jpg cat\n"),
            "Ensure that the second number in each line in ",
            "train.txt should be int.",
            "line 1: \"images/a.jpg cat\""),
        broken(
            "an image that is not there",
            dataset -> dataset.delete("images/d.jpg"),
            "images of ",
            "val.txt are not there:",
            "line 1: ",
            "images/d.jpg does not exist."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void whatBreaksARule(String name, Breakage breakage, List<String> message) throws Exception {
    DatasetFixture dataset = DatasetFixture.sound(folder);
    breakage.apply(dataset);

    DatasetReport report = check(dataset);

    assertThat(report.passed()).isFalse();
    assertThat(report.errors()).singleElement().asString().contains(message);
  }

  static List<Arguments> whatIsWarnedOf() {
    return List.of(
        broken(
            "an id twice",
            dataset -> dataset.write("label.txt", "0 cat\n1 dog\n1 wolf\n"),
            "ids stand twice in label.txt, and the last name counts:",
            "1 in line 2 and in line 3"),
        broken(
            "ids left out",
            dataset ->
                dataset
                    .write("images/f.jpg", "image f")
                    .write("label.txt", "0 cat\n2 dog\n9 hen\n")
                    .write("train.txt", "images/a.jpg 0\nimages/b.jpg 2\nimages/c.jpg 9\n")
                    .write("val.txt", "images/d.jpg 2\nimages/e.jpg 0\nimages/f.jpg 9\n"),
            "ids are left out in label.txt; they count as classes:\n  1\n  3 to 8"),
        broken(
            "two classes of one name",
            dataset -> dataset.write("label.txt", "0 cat\n1 cat\n"),
            "classes of label.txt have the same name:",
            "\"cat\" is 0 and 1"),
        broken(
            "an empty name",
            dataset -> dataset.write("label.txt", "0 cat\n1 \n"),
            "classes of label.txt have an empty name:",
            "line 2"),
        broken(
            "a label that is no class's",
            dataset ->
                dataset
                    .write("images/f.jpg", "image f")
                    .write("val.txt", "images/d.jpg 1\nimages/e.jpg 0\nimages/f.jpg 7\n"),
            "labels of val.txt are not in label.txt:",
            "images/f.jpg has the label 7"),
        broken(
            "an image twice in a list",
            dataset -> dataset.write("val.txt", "images/d.jpg 1\nimages/e.jpg 0\nimages/d.jpg 1\n"),
            "images stand twice in val.txt:",
            "images/d.jpg in line 1 and in line 3"),
        broken("an empty list", dataset -> dataset.write("val.txt", ""), "val.txt is empty"),
        broken(
            "a broken image",
            dataset -> dataset.write("images/b.jpg", DatasetFixture.BROKEN),
            "images of train.txt can't be used:",
            "images/b.jpg: the jpeg could not be decoded"),
        broken(
            "an image that is too large",
            dataset -> dataset.write("images/b.jpg", "x".repeat(MAX_BYTES + 1)),
            "images/b.jpg: its 1001 bytes exceed 1000"),
        broken(
            "a folder for an image",
            dataset -> {
              dataset.delete("images/b.jpg");
              Files.createDirectory(dataset.folder.resolve("images/b.jpg"));
            },
            "images/b.jpg: it is no file"),
        broken(
            "the same image in train and val",
            dataset -> dataset.write("images/e.jpg", "image a"),
            "the same images, byte by byte, are in train.txt and in val.txt:",
            "images/a.jpg is images/e.jpg"),
        broken(
            "the same file in train and val",
            dataset -> dataset.write("val.txt", "images/d.jpg 1\nimages/a.jpg 0\n"),
            "are in train.txt and in val.txt:\n  images/a.jpg"),
        broken(
            "a class without images",
            dataset -> dataset.write("val.txt", "images/d.jpg 1\n"),
            "classes have no image in val.txt:",
            "0 cat"),
        broken(
            "a class with few images",
            dataset -> {
              StringBuilder train = new StringBuilder("images/b.jpg 1\n");
              for (int i = 0; i < 10; i++) {
                dataset.write("images/more-" + i + ".jpg", "more " + i);
                train.append("images/more-%d.jpg 0\n".formatted(i));
              }
              dataset.write("train.txt", train.toString());
            },
            "classes of train.txt have at most a 10th of the 10 images of the largest:",
            "1 dog has 1"),
        broken(
            "an image of another folder",
            dataset -> {
              Files.writeString(dataset.folder.resolveSibling("f.jpg"), "image f");
              dataset.write("val.txt", "images/d.jpg 1\n../f.jpg 0\n");
            },
            "images of val.txt do not lie in the folder of the data set:",
            "line 2: ../f.jpg"),
        broken(
            "a wrong test.txt, which PaddleX does not read",
            dataset -> dataset.write("test.txt", "images/d.jpg\n"),
            "test.txt should be 2"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void whatIsWarnedOf(String name, Breakage breakage, List<String> message) throws Exception {
    DatasetFixture dataset = DatasetFixture.sound(Files.createDirectory(folder.resolve("data")));
    breakage.apply(dataset);

    DatasetReport report = check(dataset);

    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).singleElement().asString().contains(message);
  }

  @Test
  void allIsSaidAtOnce() throws Exception {
    DatasetFixture dataset =
        DatasetFixture.sound(folder)
            .write("label.txt", "0 cat\nx\n3 cow\n")
            .write("train.txt", "images/a.jpg 0\nimages/none.jpg 1\nimages/b.jpg\n")
            .write("images/d.jpg", DatasetFixture.BROKEN)
            .delete("images/e.jpg");

    DatasetReport report = check(dataset);

    assertThat(report.errors()).hasSize(4);
    assertThat(report.warnings())
        .anyMatch(warning -> warning.contains("images/d.jpg: the jpeg could not be decoded"))
        .anyMatch(warning -> warning.contains("images/d.jpg has the label 1"));
  }

  @Test
  void oneHundredWrongLinesAreOneMessage() throws Exception {
    DatasetFixture dataset =
        DatasetFixture.sound(folder).write("train.txt", "images/none.jpg 0\n".repeat(100));

    assertThat(check(dataset).errors())
        .singleElement()
        .asString()
        .contains("line 10: ")
        .endsWith("and 90 more");
  }

  @Test
  void withoutOneFolderOfImagesThereIsNoDataSet() throws Exception {
    assertThatThrownBy(() -> run(folder.resolve("absent")))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessage(folder.resolve("absent") + " does not exist.");
    assertThatThrownBy(() -> run(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("exactly one folder named images must lie in")
        .hasMessageEndingWith("(found none)");

    DatasetFixture.sound(folder.resolve("one"));
    DatasetFixture.sound(folder.resolve("two"));

    assertThatThrownBy(() -> run(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("(found 2: one/images")
        .hasMessageContaining("two/images");
  }

  @Test
  void samplesAreThoseThatPaddleXDraws() throws Exception {
    // Python: random.seed(123); lines = list(range(20)); random.shuffle(lines); lines[:10]
    int[] drawn = {7, 17, 3, 4, 14, 12, 11, 9, 5, 10};
    DatasetFixture dataset = DatasetFixture.sound(folder);
    StringBuilder train = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      dataset.write("images/%d.jpg".formatted(i), "number " + i);
      train.append("images/%d.jpg %d\n".formatted(i, i % 2));
    }
    dataset.write("train.txt", train.toString());

    assertThat(check(dataset).split("train").samples())
        .extracting(LabelledImage::name)
        .containsExactlyElementsOf(
            Arrays.stream(drawn).mapToObj("images/%d.jpg"::formatted).toList());
  }

  @Test
  void anImageThatCannotBeUsedIsNoSample() throws Exception {
    DatasetFixture dataset =
        DatasetFixture.sound(folder).write("images/d.jpg", DatasetFixture.BROKEN);

    assertThat(check(dataset).split("val").samples())
        .extracting(LabelledImage::name)
        .containsExactly("images/e.jpg");
  }

  @Test
  void anErrorOfTheMachineIsNotTheImages() throws Exception {
    DatasetFixture dataset = DatasetFixture.sound(folder);
    DatasetCheck check =
        new DatasetCheck(
            encoded -> {
              throw new OutOfMemoryError("native");
            },
            MAX_BYTES,
            2,
            (done, of) -> {});

    assertThatThrownBy(() -> check.run(dataset.folder))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void aRealDataSetPasses() throws Exception {
    DatasetReport report = run(SharedFolder.resolve("images/cifar10-1500"), 1 << 20);

    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(report.split("train").imagesByClass()).hasSize(10).containsEntry(3, 100);
    assertThat(report.split("val").images()).isEqualTo(500);
  }

  private DatasetReport check(DatasetFixture dataset) throws Exception {
    return run(dataset.folder);
  }

  private DatasetReport run(Path folder) throws Exception {
    return run(folder, MAX_BYTES);
  }

  private DatasetReport run(Path folder, int maxBytes) throws Exception {
    return new DatasetCheck(
            DatasetFixture::check, maxBytes, 2, (done, of) -> progress.add(done + " of " + of))
        .run(folder);
  }

  private static Arguments broken(String name, Breakage breakage, String... message) {
    return arguments(name, breakage, List.of(message));
  }
}
