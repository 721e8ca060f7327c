// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.opencv.core.Mat;

/**
 * Reads the chunks of a PNG, and none of its pixels. Source: the PNG specification, sections 5.3
 * (chunks), 11.2.1 (IHDR) and 11.3.6 (animations) of its third edition.
 */
final class PngFile {

  private static final int SIGNATURE = 8;
  private static final int IHDR_END = 24;
  private static final int TYPE = 4;
  private static final int DATA = 8;

  /** Length, type and checksum of a chunk. */
  private static final int CHUNK_FRAME = 12;

  private static final String END = "IEND";
  private static final String ANIMATION = "acTL";

  /** A type that nobody knows; its letters say that the chunk may be left out. */
  private static final byte[] UNKNOWN = {'a', 'c', 'T', 'l'};

  private PngFile() {}

  static ImageHeader header(HeaderReader in) throws RejectedException {
    in.require(IHDR_END, "PNG");
    if (!in.startsWith(SIGNATURE + TYPE, "IHDR")) {
      throw ImageProbe.malformed("PNG", "its first chunk is not IHDR");
    }
    return ImageProbe.header(ImageFormat.PNG, "PNG", in.u32(16), in.u32(20));
  }

  /**
   * Follows the chunks to the end of the image. libpng asks for all that a chunk claims, piece by
   * piece and for very long, whether it is there or not.
   *
   * @throws RejectedException with {@link Reason#CORRUPT_IMAGE} where a chunk is not whole
   */
  static void requireWhole(HeaderReader in) throws RejectedException {
    int length = in.length();
    int at = SIGNATURE;
    while (length - at >= CHUNK_FRAME) {
      long data = in.u32(at);
      if (data > length - at - CHUNK_FRAME) {
        throw new RejectedException(
            Reason.CORRUPT_IMAGE,
            "the png of %d bytes has a chunk of %d bytes at byte %d".formatted(length, data, at));
      }
      if (in.startsWith(at + TYPE, END)) {
        return;
      }
      at += (int) data + CHUNK_FRAME;
    }
    throw new RejectedException(
        Reason.CORRUPT_IMAGE, "the png of %d bytes ends before its end chunk".formatted(length));
  }

  /**
   * Changes a copy of the file so that a decoder takes it for a picture that does not move: its
   * default image, which other decoders show first. OpenCV 4.13 reads the frames of an animation
   * without a place for libpng to return to, so that a broken one ends the process.
   *
   * @param copy {@code [1, length]}, of bytes
   */
  static void hideAnimation(HeaderReader in, Mat copy) {
    int at = SIGNATURE;
    while (in.length() - at >= CHUNK_FRAME) { // behind the end chunk, too: OpenCV looks there
      long data = in.u32(at);
      if (data > in.length() - at - CHUNK_FRAME) {
        return;
      }
      if (in.startsWith(at + TYPE, ANIMATION)) {
        hide(in, at, (int) data, copy);
      }
      at += (int) data + CHUNK_FRAME;
    }
  }

  /** Changes the checksum, too: else libpng writes a warning to the process's standard error. */
  private static void hide(HeaderReader in, int chunk, int data, Mat copy) {
    CRC32 crc = new CRC32();
    crc.update(UNKNOWN);
    crc.update(in.bytes(), in.offset() + chunk + DATA, data);
    copy.put(0, chunk + TYPE, UNKNOWN);
    byte[] checksum = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
    copy.put(0, chunk + DATA + data, checksum);
  }
}
