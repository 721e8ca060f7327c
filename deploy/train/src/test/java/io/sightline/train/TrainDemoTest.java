// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainDemoTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void anAbsentDataSetIsSaidWithTheWayToGetIt() {
    Path output = folder.resolve("output");
    assertThat(execute("--data", folder.toString(), "--output", output.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--data: %s lacks train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz"
                .formatted(folder))
        .contains("apt-get install dataset-fashion-mnist");
    assertThat(output).doesNotExist();
  }

  @Test
  void ofAnIncompleteDataSetTheMissingFilesAreNamed() throws IOException {
    for (String file : FashionMnist.missingIn(folder)) {
      Files.createFile(folder.resolve(file));
    }
    Files.delete(folder.resolve("t10k-labels-idx1-ubyte.gz"));
    assertThat(execute("--data", folder.toString(), "--output", folder.toString())).isEqualTo(2);
    assertThat(err.toString()).contains(folder + " lacks t10k-labels-idx1-ubyte.gz of");
  }

  /** Nothing can be learned from noise. */
  @Test
  void aModelThatIsNotGoodEnoughIsNotWritten() throws IOException {
    writeNoise("train", 256, 1);
    writeNoise("t10k", 100, 2);
    Path output = folder.resolve("output");

    int code = execute("--data", folder.toString(), "--output", output.toString(), "--epochs", "1");

    assertThat(code).isEqualTo(1);
    assertThat(out.toString()).contains("epoch 1 of 1", "differ by at most", "top-1 on all 100");
    assertThat(err.toString()).contains("nothing was written");
    assertThat(output).doesNotExist();
  }

  @Test
  void noEpochAtAllIsRefused() {
    assertThat(execute("--output", folder.toString(), "--epochs", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--epochs must be at least 1");
  }

  @Test
  void theHelpNamesTheOptionsAndExitCodes() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString()).contains("--data", "--output", "--epochs", "--seed", "Exit codes:");
  }

  @Test
  void theVersionIsThatOfThePom() throws IOException {
    assertThat(new CommandLine(new TrainDemo()).getCommandSpec().version())
        .containsExactly("train-demo " + RepositoryFolder.version());
  }

  private void writeNoise(String name, int images, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] pixels = new byte[images * LabelledImages.PIXELS];
    random.nextBytes(pixels);
    byte[] labels = new byte[images];
    for (int i = 0; i < images; i++) {
      labels[i] = (byte) random.nextInt(FashionMnist.LABELS.size());
    }
    Files.write(
        folder.resolve(name + "-images-idx3-ubyte.gz"),
        IdxFilesTest.gzip(IdxFilesTest.idx(pixels, 0x803, images, 28, 28)));
    Files.write(
        folder.resolve(name + "-labels-idx1-ubyte.gz"),
        IdxFilesTest.gzip(IdxFilesTest.idx(labels, 0x801, images)));
  }

  private int execute(String... arguments) {
    return new CommandLine(new TrainDemo())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
