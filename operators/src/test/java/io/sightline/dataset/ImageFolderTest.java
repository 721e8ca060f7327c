// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

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
  void aFolderWithoutImagesAndAFileAreRefused() throws IOException {
    assertThatThrownBy(() -> ImageFolder.read(folder))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("no image lies in");
    write("file", "");
    assertThatThrownBy(() -> ImageFolder.read(folder.resolve("file")))
        .isInstanceOf(InvalidFolderException.class)
        .hasMessageContaining("is not a folder");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
