// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PaddleX data set in a folder whose images are files of text, each another. */
final class DatasetFixture {

  /** What {@link #check} takes for a broken image. */
  static final String BROKEN = "broken";

  final Path folder;

  private DatasetFixture(Path folder) {
    this.folder = folder;
  }

  /** Two classes, three images to train with, and two others. */
  static DatasetFixture sound(Path folder) throws IOException {
    DatasetFixture dataset = new DatasetFixture(folder);
    for (String name : new String[] {"a", "b", "c", "d", "e"}) {
      dataset.write("images/" + name + ".jpg", "image " + name);
    }
    return dataset
        .write("label.txt", "0 cat\n1 dog\n")
        .write("train.txt", "images/a.jpg 0\nimages/b.jpg 1\nimages/c.jpg 0\n")
        .write("val.txt", "images/d.jpg 1\nimages/e.jpg 0\n");
  }

  DatasetFixture write(String name, String content) throws IOException {
    return write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  DatasetFixture write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return this;
  }

  DatasetFixture delete(String name) throws IOException {
    Files.delete(folder.resolve(name));
    return this;
  }

  static void check(byte[] encoded) throws RejectedException {
    if (new String(encoded, StandardCharsets.UTF_8).startsWith(BROKEN)) {
      throw new RejectedException(Reason.CORRUPT_IMAGE, "the jpeg could not be decoded");
    }
  }
}
