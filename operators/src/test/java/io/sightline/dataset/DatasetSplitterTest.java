// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetSplitterTest {

  private static final String TRAIN = "a.jpg 0\nb.jpg 0\nc.jpg 0\nd.jpg 1\n";
  private static final String VAL = "e.jpg 1\nf.jpg 0"; // no line break at its end

  @TempDir private Path folder;

  @BeforeEach
  void makeADataSet() throws IOException {
    Files.createDirectory(folder.resolve("images"));
    write("train.txt", TRAIN);
    write("val.txt", VAL);
  }

  @Test
  void allLinesAreDividedAndTheOldListsKept() throws IOException {
    DatasetSplitter.Result result = split(50, 7);

    assertThat(result).isEqualTo(new DatasetSplitter.Result(folder, 3, 3));
    assertThat(lines("train.txt")).hasSize(3);
    assertThat(lines("val.txt")).hasSize(3);
    assertThat(allLines())
        .containsExactlyInAnyOrder(
            "a.jpg 0", "b.jpg 0", "c.jpg 0", "d.jpg 1", "e.jpg 1", "f.jpg 0");
    assertThat(folder.resolve("train.txt.bak")).hasContent(TRAIN);
    assertThat(folder.resolve("val.txt.bak")).hasContent(VAL);
    assertThat(names())
        .containsExactlyInAnyOrder(
            "images", "train.txt", "train.txt.bak", "val.txt", "val.txt.bak");
  }

  @Test
  void theSameSeedGivesTheListsThatPythonGives() throws IOException {
    // Python: random.seed(7); lines = list("abcdef"); random.shuffle(lines)
    split(50, 7);
    assertThat(lines("train.txt")).containsExactly("e.jpg 1", "a.jpg 0", "f.jpg 0");
    assertThat(lines("val.txt")).containsExactly("d.jpg 1", "b.jpg 0", "c.jpg 0");
  }

  @Test
  void anotherSeedGivesOtherLists() throws IOException {
    split(50, 7);
    List<String> first = lines("train.txt");
    write("train.txt", TRAIN);
    write("val.txt", VAL);
    split(50, 8);
    assertThat(lines("train.txt")).isNotEqualTo(first);
  }

  @Test
  void theFirstListsAreKeptWhenItIsDoneAgain() throws IOException {
    split(50, 7);
    split(80, 8);

    assertThat(folder.resolve("train.txt.bak")).hasContent(TRAIN);
    assertThat(lines("train.txt")).hasSize(5);
    assertThat(allLines()).hasSize(6);
  }

  @Test
  void theFolderMayBeALink(@TempDir Path elsewhere) throws IOException {
    Path link = Files.createSymbolicLink(elsewhere.resolve("link"), folder);

    assertThat(new DatasetSplitter(50, 50, false, 7).run(link))
        .isEqualTo(new DatasetSplitter.Result(link, 3, 3));
    assertThat(lines("train.txt")).containsExactly("e.jpg 1", "a.jpg 0", "f.jpg 0");
  }

  @Test
  void halfImagesAreRoundedAsPythonDoes() throws IOException {
    write("train.txt", "a.jpg 0\n".repeat(5));
    Files.delete(folder.resolve("val.txt"));
    assertThat(split(50, 7).train()).isEqualTo(2);
    write("train.txt", "a.jpg 0\n".repeat(7));
    Files.delete(folder.resolve("val.txt"));
    assertThat(split(50, 7).train()).isEqualTo(4);
  }

  @Test
  void oneListIsEnoughAndTestStaysAsItIs() throws IOException {
    Files.delete(folder.resolve("val.txt"));
    write("test.txt", "t.jpg 0\n");

    split(75, 7);

    assertThat(allLines()).hasSize(4).doesNotContain("t.jpg 0");
    assertThat(folder.resolve("test.txt")).hasContent("t.jpg 0\n");
    assertThat(folder.resolve("val.txt.bak")).doesNotExist();
  }

  @Test
  void stratifiedEachClassIsDividedByTheShares() throws IOException {
    StringBuilder train = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      train.append("image-%d.jpg %d\n".formatted(i, i < 70 ? 0 : i < 95 ? 1 : 2));
    }
    write("train.txt", train.toString());
    write("val.txt", "");

    new DatasetSplitter(90, 10, true, 7).run(folder);

    // 63, 22.5 and 4.5 images: of the two halves the one of the first class is rounded up.
    assertThat(List.of(count("train.txt", 0), count("train.txt", 1), count("train.txt", 2)))
        .containsExactly(63L, 23L, 4L);
    assertThat(List.of(count("val.txt", 0), count("val.txt", 1), count("val.txt", 2)))
        .containsExactly(7L, 2L, 1L);
  }

  @Test
  void withoutLabelsThereIsNothingToStratifyBy() throws IOException {
    write("val.txt", "e.jpg\n");

    assertThatThrownBy(() -> new DatasetSplitter(50, 50, true, 7).run(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("have no label to stratify by:")
        .hasMessageContaining("\"e.jpg\"");
    assertThat(folder.resolve("train.txt")).hasContent(TRAIN);
  }

  @Test
  void sharesAreAboveZeroAndMakeOneHundred() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatasetSplitter(90, 20, false, 7))
        .withMessage("The sum of train_percent(90) and val_percent(20) should equal 100!");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatasetSplitter(100, 0, false, 7))
        .withMessage("The train_percent(100) and val_percent(0) should be greater than 0!");
    assertThatIllegalArgumentException().isThrownBy(() -> new DatasetSplitter(-10, 110, false, 7));
  }

  @Test
  void noListComesOutEmpty() {
    assertThatThrownBy(() -> split(99, 7))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessage("6 images at 99 percent leave none for val.txt");
    assertThat(names()).containsExactlyInAnyOrder("images", "train.txt", "val.txt");
  }

  @Test
  void withoutListsThereIsNothingToDivide() throws IOException {
    Files.delete(folder.resolve("train.txt"));
    Files.delete(folder.resolve("val.txt"));

    assertThatThrownBy(() -> split(50, 7))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("The files to be divided train.txt, val.txt, do not exist");
  }

  @Test
  void whereAListCannotBeReplacedAllIsAsBefore() throws IOException {
    Files.delete(folder.resolve("val.txt"));
    Files.createDirectories(folder.resolve("val.txt/not-empty")); // nothing can be moved over it

    assertThatThrownBy(() -> split(50, 7)).isInstanceOf(IOException.class);

    assertThat(folder.resolve("train.txt")).hasContent(TRAIN);
    assertThat(names()).containsExactlyInAnyOrder("images", "train.txt", "val.txt");
  }

  @Test
  void listsThatAKilledRunLeftHalfReplacedAreNotDividedUntilTheFirstIsPutBack() throws IOException {
    write(".train.txt.old", TRAIN);
    write(".val.txt.old", VAL);
    write("train.txt", "e.jpg 1\na.jpg 0\nf.jpg 0\n"); // b, c and d are in neither
    write(".val.txt.new", "d.jpg 1\nb.jpg 0\nc.jpg 0\n");
    Path old = folder.resolve(".train.txt.old");
    Path train = folder.resolve("train.txt");

    assertThatThrownBy(() -> split(50, 7))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("mv %s %s", old, train);
    assertThat(old).hasContent(TRAIN);
    assertThat(train).hasContent("e.jpg 1\na.jpg 0\nf.jpg 0\n");

    Files.move(old, train, StandardCopyOption.REPLACE_EXISTING);
    split(50, 7);
    assertThat(allLines())
        .containsExactlyInAnyOrder(
            "a.jpg 0", "b.jpg 0", "c.jpg 0", "d.jpg 1", "e.jpg 1", "f.jpg 0");
    assertThat(names())
        .containsExactlyInAnyOrder(
            "images", "train.txt", "train.txt.bak", "val.txt", "val.txt.bak");
  }

  @Test
  void whatAKilledRunLeftBeforeOrAfterItReplacedTheListsIsNotInTheWay() throws IOException {
    write(".train.txt.new", "a.jpg 0\nb.j");
    write(".val.txt.old", VAL);

    split(50, 7);

    assertThat(allLines()).hasSize(6);
    assertThat(names())
        .containsExactlyInAnyOrder(
            "images", "train.txt", "train.txt.bak", "val.txt", "val.txt.bak");
  }

  private DatasetSplitter.Result split(int trainPercent, long seed) throws IOException {
    return new DatasetSplitter(trainPercent, 100 - trainPercent, false, seed).run(folder);
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name));
  }

  private List<String> allLines() throws IOException {
    List<String> lines = new ArrayList<>(lines("train.txt"));
    lines.addAll(lines("val.txt"));
    return lines;
  }

  private long count(String name, int label) throws IOException {
    return lines(name).stream().filter(line -> line.endsWith(" " + label)).count();
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
