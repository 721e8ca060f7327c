// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads the gzipped IDX files of the MNIST family. What a file announces is checked before memory
 * is taken for it, and a file must end where it says that it does.
 */
final class IdxFiles {

  private static final int BYTES_OF_3_DIMENSIONS = 0x0803;
  private static final int BYTES_OF_1_DIMENSION = 0x0801;
  private static final int MAX_ITEMS = 100_000;

  private IdxFiles() {}

  /**
   * Reads images and their classes.
   *
   * @param classes number of classes: each label must be below it
   * @throws IOException where a file is missing or is not what it should be, with its name
   */
  static LabelledImages read(Path images, Path labels, int classes) throws IOException {
    byte[] pixels = read(images, IdxFiles::images);
    byte[] classOf = read(labels, IdxFiles::labels);
    if (pixels.length != classOf.length * LabelledImages.PIXELS) {
      throw new IOException(
          "%s holds %d images, %s %d labels"
              .formatted(images, pixels.length / LabelledImages.PIXELS, labels, classOf.length));
    }
    for (int i = 0; i < classOf.length; i++) {
      int label = Byte.toUnsignedInt(classOf[i]);
      if (label >= classes) {
        throw new IOException(
            "%s: label %d of image %d is not below %d".formatted(labels, label, i, classes));
      }
    }
    return new LabelledImages(pixels, classOf);
  }

  @FunctionalInterface
  private interface Content {
    byte[] read(DataInputStream in) throws IOException;
  }

  private static byte[] read(Path file, Content content) throws IOException {
    try (var in =
        new DataInputStream(
            new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file))))) {
      byte[] bytes = content.read(in);
      if (in.read() != -1) {
        throw new MalformedException("goes on behind what its header announces");
      }
      return bytes;
    } catch (EOFException e) {
      throw new IOException(file + " ends too early", e);
    } catch (MalformedException | ZipException e) {
      throw new IOException("%s %s".formatted(file, e.getMessage()), e);
    }
  }

  private static byte[] images(DataInputStream in) throws IOException {
    requireMagic(in, BYTES_OF_3_DIMENSIONS, "images");
    int items = items(in);
    int height = in.readInt();
    int width = in.readInt();
    if (height != LabelledImages.SIDE || width != LabelledImages.SIDE) {
      throw new MalformedException(
          "holds images of %d x %d pixels, not of %3$d x %3$d"
              .formatted(width, height, LabelledImages.SIDE));
    }
    return bytes(in, items * LabelledImages.PIXELS);
  }

  private static byte[] labels(DataInputStream in) throws IOException {
    requireMagic(in, BYTES_OF_1_DIMENSION, "labels");
    return bytes(in, items(in));
  }

  private static void requireMagic(DataInputStream in, int expected, String what)
      throws IOException {
    int magic = in.readInt();
    if (magic != expected) {
      throw new MalformedException(
          "is no IDX file of %s: it starts with %08x, not with %08x"
              .formatted(what, magic, expected));
    }
  }

  private static int items(DataInputStream in) throws IOException {
    int items = in.readInt();
    if (items < 1 || items > MAX_ITEMS) {
      throw new MalformedException(
          "announces %d items: from 1 to %d are read".formatted(items, MAX_ITEMS));
    }
    return items;
  }

  private static byte[] bytes(DataInputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  /** A file that can be read but is not what it should be; the message goes on from its name. */
  private static final class MalformedException extends IOException {

    MalformedException(String message) {
      super(message);
    }
  }
}
