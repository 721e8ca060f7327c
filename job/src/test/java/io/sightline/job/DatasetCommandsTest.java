// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.testing.TestImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code check-dataset} and {@code split-dataset}: what they say and write. */
class DatasetCommandsTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path dataset;
  private Path output;

  @BeforeEach
  void makeADataSet() throws IOException {
    dataset = Files.createDirectory(folder.resolve("flowers"));
    output = folder.resolve("output");
    for (int i = 0; i < 6; i++) {
      write("images/%d.jpg".formatted(i), TestImages.noise(".jpg", 300, 200, i));
    }
    write("images/more/5.jpg", TestImages.noise(".jpg", 32, 32, 99));
    write("label.txt", "0 rose\n1 向日葵\n");
    write("train.txt", "images/0.jpg 0\nimages/1.jpg 1\nimages/2.jpg 0\nimages/3.jpg 1\n");
    write("val.txt", "images/4.jpg 1\nimages/5.jpg 0\nimages/more/5.jpg 1\n");
  }

  @Test
  void aSoundDataSetLeavesWhatPaddleXLeaves() throws IOException {
    assertThat(run("check-dataset", dataset.toString(), "--output", output.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("7 of 7 images", "classes     2", "train       4 images", "val         3 images")
        .endsWith("Check dataset passed !\n");
    assertThat(err.toString()).isEmpty();
    JsonNode result = result();
    assertThat(result.fieldNames())
        .toIterable()
        .containsExactly(
            "done_flag",
            "check_pass",
            "attributes",
            "analysis",
            "dataset_path",
            "show_type",
            "dataset_type",
            "warnings");
    assertThat(result.get("done_flag").booleanValue()).isTrue();
    assertThat(result.get("check_pass").booleanValue()).isTrue();
    assertThat(result.get("attributes").fieldNames())
        .toIterable()
        .containsExactly(
            "label_file",
            "num_classes",
            "train_samples",
            "train_sample_paths",
            "val_samples",
            "val_sample_paths");
    assertThat(result.at("/attributes/label_file").textValue())
        .isEqualTo("../../flowers/label.txt");
    assertThat(result.at("/attributes/num_classes").intValue()).isEqualTo(2);
    assertThat(result.at("/attributes/train_samples").intValue()).isEqualTo(4);
    assertThat(result.at("/analysis/histogram").textValue())
        .isEqualTo("check_dataset/histogram.png");
    assertThat(result.get("dataset_path").textValue()).isEqualTo("flowers");
    assertThat(result.get("show_type").textValue()).isEqualTo("image");
    assertThat(result.get("dataset_type").textValue()).isEqualTo("ClsDataset");
    assertThat(result.at("/attributes/val_sample_paths"))
        .extracting(JsonNode::textValue)
        .containsExactlyInAnyOrder(
            "check_dataset/demo_img/4.jpg",
            "check_dataset/demo_img/5.jpg",
            "check_dataset/demo_img/5_2.jpg")
        .allSatisfy(picture -> assertThat(image(picture).getWidth()).isGreaterThanOrEqualTo(256));
    assertThat(image("check_dataset/histogram.png").getWidth()).isEqualTo(1600);
  }

  @Test
  void warningsAreSaidAndDoNotFailTheCheck() throws IOException {
    write("images/3.jpg", "no image");
    write("images/5.jpg", Files.readAllBytes(dataset.resolve("images/0.jpg")));

    assertThat(run("check-dataset", dataset.toString(), "--output", output.toString())).isZero();

    assertThat(err.toString())
        .startsWith("Warnings:")
        .contains("images/3.jpg: the content is none of JPEG, PNG, WebP, BMP, GIF and TIFF")
        .contains("images/0.jpg is images/5.jpg");
    assertThat(result().get("warnings")).hasSize(2);
    assertThat(output.resolve("check_dataset/demo_img/3.jpg")).doesNotExist();
  }

  @Test
  void aBrokenDataSetFailsWithAllThatIsWrong() throws IOException {
    write("label.txt", "1 rose\n2 tulip\n");
    write("val.txt", "images/4.jpg one\n");

    assertThat(run("check-dataset", dataset.toString(), "--output", output.toString()))
        .isEqualTo(ExitCode.FAILED);

    assertThat(err.toString())
        .contains("Check dataset failed.")
        .contains("  1. Ensure that the index starts from 0 in `")
        .contains("  2. Ensure that the second number in each line in ");
    JsonNode result = result();
    assertThat(result.get("done_flag").booleanValue()).isFalse();
    assertThat(result.get("check_pass").booleanValue()).isFalse();
    assertThat(result.get("err_type").textValue()).isEqualTo("CheckFailedError");
    assertThat(result.get("err_msg").textValue())
        .startsWith("Check dataset failed. We encountered the following error:\n  Ensure that");
    assertThat(output.resolve("check_dataset")).doesNotExist();
  }

  @Test
  void aFolderWithoutADataSetFails() {
    assertThat(
            run(
                "check-dataset",
                folder.resolve("absent").toString(),
                "--output",
                output.toString()))
        .isEqualTo(ExitCode.FAILED);

    assertThat(err.toString()).contains("absent does not exist.");
  }

  @Test
  void aDataSetIsSplitAndStaysSound() throws IOException {
    assertThat(
            run(
                "split-dataset",
                dataset.toString(),
                "--train-percent=80",
                "--val-percent=20",
                "--seed=3",
                "--stratified"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("train.txt   6 images", "val.txt     1 images", "seed        3")
        .endsWith("Split dataset successfully !\n");
    assertThat(Files.readAllLines(dataset.resolve("train.txt"))).hasSize(6);
    assertThat(dataset.resolve("train.txt.bak")).exists();
    assertThat(run("check-dataset", dataset.toString(), "--output", output.toString())).isZero();
  }

  @Test
  void badSharesAreABadCommandLine() {
    assertThat(run("split-dataset", dataset.toString(), "--train-percent=90", "--val-percent=20"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("train_percent(90) and val_percent(20) should equal 100!");
    assertThat(run("split-dataset", dataset.toString(), "--train-percent=90"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(run("check-dataset", dataset.toString(), "--workers=0"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(dataset.resolve("train.txt.bak")).doesNotExist();
  }

  @Test
  void whatCannotBeSplitIsSaid() {
    assertThat(run("split-dataset", dataset.toString(), "--train-percent=99", "--val-percent=1"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString())
        .contains("Nothing was changed", "7 images at 99 percent leave none for val.txt");
  }

  @Test
  void bothHaveTheirHelp() {
    assertThat(run("check-dataset", "--help")).isZero();
    assertThat(run("split-dataset", "--help")).isZero();
    assertThat(out.toString())
        .contains("--output", "--workers", "--train-percent", "--stratified", "Exit codes:");
  }

  private JsonNode result() throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(output.resolve("check_dataset_result.json")));
  }

  private BufferedImage image(String path) throws IOException {
    return ImageIO.read(output.resolve(path).toFile());
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(dataset.resolve(name), content);
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = dataset.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private int run(String... arguments) {
    return Sightline.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
