// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.reference.ClassLabels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  private static final ClassLabels LABELS = new ClassLabels(List.of("cat", "dog"));

  @TempDir private Path folder;

  @Test
  void aPaddleXFolderGivesItsListInOrder() throws IOException {
    write("val.txt", "images/b.png 3\n\nimages/a b.png 0\r\n  images/c.png\t12 \n");

    assertThat(ImageFolder.read(folder).images())
        .containsExactly(
            new LabelledImage("images/b.png", folder.resolve("images/b.png"), 3),
            new LabelledImage("images/a b.png", folder.resolve("images/a b.png"), 0),
            new LabelledImage("images/c.png", folder.resolve("images/c.png"), 12));
  }

  @Test
  void valComesBeforeTestAndTrain() throws IOException {
    write("train.txt", "train.png 1");
    write("test.txt", "test.png 1");
    assertThat(ImageFolder.read(folder).images().get(0).name()).isEqualTo("test.png");

    write("val.txt", "val.png 1");
    assertThat(ImageFolder.read(folder).images().get(0).name()).isEqualTo("val.png");
  }

  @Test
  void everyWrongLineIsNamed() throws IOException {
    write(
        "val.txt",
        "good.png 1\nnolabel\na.png cat\nb.png -1\n../c.png 1\n/etc/passwd 1\ngood.png 2\n. 1\n");

    assertThatThrownBy(() -> ImageFolder.read(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContainingAll(
            "val.txt has 7 lines that are wrong",
            "line 2: \"nolabel\" has no label",
            "line 3: the label \"cat\" is not a class id",
            "line 4: the class id -1 is below 0",
            "line 5: \"../c.png\" does not lie in the folder",
            "line 6: \"/etc/passwd\" does not lie in the folder",
            "line 7: good.png stands in it twice",
            "line 8: \".\" does not lie in the folder");
  }

  @Test
  void oneHundredWrongLinesAreNotOneHundredLinesOfText() throws IOException {
    write("val.txt", "nolabel\n".repeat(100));

    assertThatThrownBy(() -> ImageFolder.read(folder))
        .hasMessageContaining("has 100 lines that are wrong")
        .hasMessageContaining("line 10:")
        .hasMessageEndingWith("and 90 more");
  }

  @Test
  void aListThatIsNotTextIsRefused() throws IOException {
    Files.write(folder.resolve("val.txt"), new byte[] {'a', ' ', '1', '\n', (byte) 0xff, 0, 1});

    assertThatThrownBy(() -> ImageFolder.read(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("is not UTF-8");
  }

  @Test
  void anyOtherFolderGivesItsImagesByNameWithoutLabels() throws IOException {
    write("b.JPG", "");
    write("below/a.png", "");
    write("notes.md", "");
    write(".jpg", "");

    assertThat(ImageFolder.read(folder).images())
        .containsExactly(
            new LabelledImage("b.JPG", folder.resolve("b.JPG"), null),
            new LabelledImage("below/a.png", folder.resolve("below/a.png"), null));
  }

  @Test
  void aFolderThatIsALinkGivesItsImagesUnderItsOwnName() throws IOException {
    write("photos/b.png", "");
    write("photos/below/a.png", "");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("photos"));

    assertThat(ImageFolder.read(link).images())
        .containsExactly(
            new LabelledImage("b.png", link.resolve("b.png"), null),
            new LabelledImage("below/a.png", link.resolve("below/a.png"), null));
  }

  @Test
  void aFolderWithoutImagesAndAFileAreRefused() throws IOException {
    assertThatThrownBy(() -> ImageFolder.read(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("no image lies in");
    write("file", "");
    assertThatThrownBy(() -> ImageFolder.read(folder.resolve("file")))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("is not a folder");
  }

  @Test
  void aSplitIsReadFromItsOwnList() throws IOException {
    write("val.txt", "val.png 1");
    write("train.txt", "train.png 0");

    assertThat(ImageFolder.readSplit(folder, "train", LABELS).images())
        .containsExactly(new LabelledImage("train.png", folder.resolve("train.png"), 0));
    assertThatThrownBy(() -> ImageFolder.readSplit(folder, "holdout", LABELS))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("has no list holdout.txt; it has val.txt, train.txt");
  }

  @Test
  void classIdsThatTheModelHasNotAreNamed() throws IOException {
    write("val.txt", "a.png 1\nb.png 2\nc.png 9\n");

    assertThatThrownBy(() -> ImageFolder.readSplit(folder, "val", LABELS))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContainingAll(
            "2 labels that the model with its 2 classes has not",
            "b.png has the class id 2",
            "c.png has the class id 9");
  }

  @Test
  void foldersAreNamedByLabelNameOrClassId() throws IOException {
    write("dog/b.png", "");
    write("dog/below/a.JPG", "");
    write("dog/notes.txt", "");
    write("0/a.png", "");
    write(".cache/a.png", "");
    write("dog/.ipynb_checkpoints/b.png", "");
    write("dog/below/.thumbnails/large/a.png", "");
    write("dog/._b.png", "");
    write("README.md", "");

    assertThat(ImageFolder.readSplit(folder, "val", LABELS).images())
        .containsExactly(
            new LabelledImage("0/a.png", folder.resolve("0/a.png"), 0),
            new LabelledImage("dog/b.png", folder.resolve("dog/b.png"), 1),
            new LabelledImage("dog/below/a.JPG", folder.resolve("dog/below/a.JPG"), 1));
  }

  @Test
  void theFolderOfAClassMayBeALink() throws IOException {
    write("elsewhere/below/b.png", "");
    write("val/cat/a.png", "");
    Path dog = folder.resolve("val/dog");
    Files.createSymbolicLink(dog, folder.resolve("elsewhere"));

    assertThat(ImageFolder.readSplit(folder, "val", LABELS).images())
        .containsExactly(
            new LabelledImage("cat/a.png", folder.resolve("val/cat/a.png"), 0),
            new LabelledImage("dog/below/b.png", dog.resolve("below/b.png"), 1));
  }

  @Test
  void theFoldersOfASplitMayLieBelowItsName() throws IOException {
    write("val/cat/a.png", "");
    write("train/cat/b.png", "");

    assertThat(ImageFolder.readSplit(folder, "val", LABELS).images())
        .containsExactly(new LabelledImage("cat/a.png", folder.resolve("val/cat/a.png"), 0));
  }

  @Test
  void foldersThatAreNoClassAreAllNamed() throws IOException {
    write("cat/a.png", "");
    write("bird/a.png", "");
    write("2/a.png", "");
    write("loose.png", "");

    assertThatThrownBy(() -> ImageFolder.readSplit(folder, "val", LABELS))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContainingAll(
            "folder bird: the label \"bird\" is neither",
            "folder 2: the label \"2\" is neither",
            "image loose.png lies in no class's folder");
  }

  @Test
  void theFoldersOfClassesWithoutAnImageAreNamed() throws IOException {
    write("val/0/a.png", "");
    write("val/cat/notes.txt", "");
    write("elsewhere/a.png", "");
    Path dog = Files.createDirectory(folder.resolve("val/dog"));
    Files.createSymbolicLink(dog.resolve("more"), folder.resolve("elsewhere"));

    assertThatThrownBy(() -> ImageFolder.readSplit(folder, "val", LABELS))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContainingAll(
            "folder cat: no image lies in it", "folder dog: no image lies in it");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
