// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.RepositoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is committed for the demo, against the whole data set. */
class CommittedModelTest {

  private static final Path FOLDER = RepositoryFolder.find().resolve("deploy/demo/fashion-mnist");

  @TempDir Path folder;

  @Test
  void theModelClassifiesEnoughOfAllTestImagesRightly() throws Exception {
    LabelledImages test = DebianData.read().test();
    assertThat(test.size()).isEqualTo(10_000);
    try (FolderClassifier classifier = FolderClassifier.open(FOLDER.resolve("model"))) {
      assertThat(Probabilities.top1(classifier.scores(test), test))
          .isGreaterThanOrEqualTo(TrainDemo.REQUIRED_TOP1);
    }
  }

  @Test
  void theImagesAreThoseThatTheDataSetGives() throws Exception {
    DemoFolder.writeSamples(folder, DebianData.read().test(), FashionMnist.LABELS);
    List<Path> expected = files(folder);
    assertThat(files(FOLDER.resolve("images"))).isEqualTo(expected);
    for (Path file : expected) {
      assertThat(FOLDER.resolve("images").resolve(file))
          .hasSameBinaryContentAs(folder.resolve(file));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }
}
