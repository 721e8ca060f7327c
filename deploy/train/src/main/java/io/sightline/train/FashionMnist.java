// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The data set Fashion-MNIST, as its four files hold it. */
record FashionMnist(LabelledImages training, LabelledImages test) {

  /** Where Debian's package puts the files. */
  static final String DEBIAN_FOLDER = "/usr/share/datasets/fashion-mnist";

  static final String DEBIAN_INSTALL = "apt-get install dataset-fashion-mnist";

  /** Names of the classes, in the order of their ids. */
  static final List<String> LABELS =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  private static final String TRAINING_IMAGES = "train-images-idx3-ubyte.gz";
  private static final String TRAINING_LABELS = "train-labels-idx1-ubyte.gz";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte.gz";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte.gz";

  /** The files that a folder lacks. */
  static List<String> missingIn(Path folder) {
    return Stream.of(TRAINING_IMAGES, TRAINING_LABELS, TEST_IMAGES, TEST_LABELS)
        .filter(file -> !Files.isRegularFile(folder.resolve(file)))
        .toList();
  }

  static FashionMnist read(Path folder) throws IOException {
    return new FashionMnist(
        read(folder, TRAINING_IMAGES, TRAINING_LABELS), read(folder, TEST_IMAGES, TEST_LABELS));
  }

  private static LabelledImages read(Path folder, String images, String labels) throws IOException {
    return IdxFiles.read(folder.resolve(images), folder.resolve(labels), LABELS.size());
  }
}
