// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.config.DecodeSettings;
import io.sightline.dataset.FolderWalk;
import io.sightline.decode.ImageDecoder;
import io.sightline.model.ModelDescriptor;
import io.sightline.reference.RejectedException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The images of a folder, encoded, in memory; handed out in turn for ever. Thread-safe. */
final class Images {

  static final DecodeSettings DECODE = DecodeSettings.upTo(1L << 28);

  private final List<Path> files = new ArrayList<>();
  private final List<byte[]> encoded = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Reads the folder and what is below it; files that do not decode are left out.
   *
   * @throws IOException where the folder can't be read or holds no image
   */
  Images(Path folder, ModelDescriptor model) throws IOException {
    List<Path> candidates = FolderWalk.find(folder, Files::isRegularFile);
    try (ImageDecoder decoder =
        new ImageDecoder(model.preprocessing(), model.input().format(), DECODE)) {
      for (Path file : candidates) {
        byte[] bytes = Files.readAllBytes(file);
        try {
          decoder.decode(bytes, 0, bytes.length);
          files.add(file);
          encoded.add(bytes);
        } catch (RejectedException e) {
          // Label files and the like lie beside the images.
        }
      }
    }
    if (files.isEmpty()) {
      throw new IOException("no image lies in " + folder);
    }
  }

  int size() {
    return files.size();
  }

  /** The file of an image. */
  Path file(int index) {
    return files.get(Math.floorMod(index, files.size()));
  }

  /** URI of the file of an image. */
  String uri(int index) {
    return file(index).toUri().toString();
  }

  /** An array that the largest image fits into. */
  byte[] newBuffer() {
    return new byte[encoded.stream().mapToInt(bytes -> bytes.length).max().orElse(0)];
  }

  /**
   * Reads the file of the next image.
   *
   * @return its length
   */
  int readNext(byte[] buffer) throws IOException {
    try (InputStream in = new FileInputStream(file(next.getAndIncrement()).toFile())) {
      return in.readNBytes(buffer, 0, buffer.length);
    }
  }

  byte[] next() {
    return encoded.get(Math.floorMod(next.getAndIncrement(), encoded.size()));
  }

  byte[] get(int index) {
    return encoded.get(Math.floorMod(index, encoded.size()));
  }
}
