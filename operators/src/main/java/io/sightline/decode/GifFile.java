// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of a GIF, without their pixels. Immutable. Source: the GIF89a specification.
 *
 * @param header of the logical screen, which every frame is drawn on
 * @param background colour of the screen, {@code 0xRRGGBB}
 */
record GifFile(ImageHeader header, int background, List<Frame> frames) {

  /** As many frames are looked for, at most. */
  static final int MAX_FRAMES = 10_000;

  private static final int SCREEN_END = 13;
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final int DESCRIPTOR = 10;

  /** Twelve bits a pixel are the worst that an encoder makes, and codes that clear its table. */
  private static final int MAX_BYTES_PER_PIXEL = 2;

  private static final int MAX_EXTRA_BYTES = 1 << 12;

  /**
   * A frame: its place on the screen, and what becomes of it before the next is drawn.
   *
   * @param whole whether all of its data is there
   */
  record Frame(int left, int top, int width, int height, Disposal disposal, boolean whole) {

    long pixels() {
      return (long) width * height;
    }
  }

  /** What becomes of a frame before the next one is drawn. */
  enum Disposal {
    KEEP,
    BACKGROUND,
    PREVIOUS
  }

  GifFile {
    frames = List.copyOf(frames);
  }

  static boolean isGif(HeaderReader in) {
    return in.startsWith(0, "GIF87a") || in.startsWith(0, "GIF89a");
  }

  /**
   * Reads the screen and so many frames; fewer where there are fewer.
   *
   * @throws RejectedException where there is no screen, not even one frame, or a frame that can't
   *     be
   */
  static GifFile read(HeaderReader in, int maxFrames) throws RejectedException {
    in.require(SCREEN_END, "GIF");
    ImageHeader header = ImageProbe.header(ImageFormat.GIF, "GIF", in.u16le(6), in.u16le(8));
    int table = tableBytes(in.u8(10));
    in.require(SCREEN_END + table, "GIF");
    int colour = SCREEN_END + 3 * in.u8(11);
    int background =
        colour < SCREEN_END + table
            ? in.u8(colour) << 16 | in.u8(colour + 1) << 8 | in.u8(colour + 2)
            : 0;
    List<Frame> frames = frames(in, SCREEN_END + table, maxFrames);
    if (frames.isEmpty()) {
      throw ImageProbe.malformed("GIF", "it has no image");
    }
    return new GifFile(header, background, frames);
  }

  private static List<Frame> frames(HeaderReader in, int start, int maxFrames)
      throws RejectedException {
    List<Frame> frames = new ArrayList<>();
    Disposal disposal = Disposal.KEEP;
    int at = start;
    while (at < in.length() && frames.size() < maxFrames) {
      int block = in.u8(at);
      if (block == EXTENSION && at + 2 < in.length()) {
        if (in.u8(at + 1) == GRAPHIC_CONTROL && in.u8(at + 2) == 4 && at + 3 < in.length()) {
          disposal = disposal(in.u8(at + 3));
        }
        at = endOfBlocks(in, at + 2);
      } else if (block == IMAGE && at + DESCRIPTOR <= in.length()) {
        if (frames.size() == MAX_FRAMES) {
          throw ImageProbe.malformed("GIF", "it has more than %d images".formatted(MAX_FRAMES));
        }
        int data = at + DESCRIPTOR + tableBytes(in.u8(at + 9)) + 1;
        int end = endOfBlocks(in, data);
        frames.add(frame(in, at, disposal, end - data, end <= in.length()));
        disposal = Disposal.KEEP;
        at = end;
      } else { // the trailer, or what no decoder reads
        break;
      }
    }
    return frames;
  }

  private static Frame frame(
      HeaderReader in, int at, Disposal disposal, int dataBytes, boolean whole)
      throws RejectedException {
    Frame frame =
        new Frame(
            in.u16le(at + 1),
            in.u16le(at + 3),
            in.u16le(at + 5),
            in.u16le(at + 7),
            disposal,
            whole);
    if (frame.pixels() == 0) {
      throw ImageProbe.malformed(
          "GIF", "an image of %d x %d pixels".formatted(frame.width(), frame.height()));
    }
    if (dataBytes > MAX_BYTES_PER_PIXEL * frame.pixels() + MAX_EXTRA_BYTES) {
      throw ImageProbe.malformed(
          "GIF", "%d bytes for %d pixels".formatted(dataBytes, frame.pixels()));
    }
    return frame;
  }

  /** Where blocks of data end; beyond the end of the file where they do not. */
  private static int endOfBlocks(HeaderReader in, int start) {
    int at = start;
    while (at < in.length()) {
      int size = in.u8(at);
      at += 1 + size;
      if (size == 0) {
        return at;
      }
    }
    return in.length() + 1;
  }

  private static int tableBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
  }

  private static Disposal disposal(int flags) {
    return switch (flags >> 2 & 7) {
      case 2 -> Disposal.BACKGROUND;
      case 3 -> Disposal.PREVIOUS;
      default -> Disposal.KEEP;
    };
  }

  /**
   * @throws RejectedException where a frame has more pixels, or is not whole
   */
  void requireFrame(int index, long maxPixels) throws RejectedException {
    Frame frame = frames.get(index);
    if (frame.pixels() > maxPixels) {
      throw new RejectedException(
          Reason.TOO_MANY_PIXELS,
          "%d x %d pixels exceed decode.max-pixels (%d)"
              .formatted(frame.width(), frame.height(), maxPixels));
    }
    if (!frame.whole()) {
      throw new RejectedException(
          Reason.CORRUPT_IMAGE, "the gif ends within its image %d".formatted(index));
    }
  }
}
