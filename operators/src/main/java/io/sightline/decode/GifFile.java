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
  private static final int INTERLACED = 0x40;

  /** Twelve bits a pixel are the worst that an encoder makes, and codes that clear its table. */
  private static final int MAX_BYTES_PER_PIXEL = 2;

  private static final int MAX_EXTRA_BYTES = 1 << 12;

  /**
   * A frame: its place on the screen, and what is known of its pixels.
   *
   * @param data where its pixels begin, with the size of their first codes
   * @param whole whether all of its data is there
   */
  record Frame(
      int left,
      int top,
      int width,
      int height,
      boolean interlaced,
      Control control,
      Table table,
      int data,
      boolean whole) {

    long pixels() {
      return (long) width * height;
    }
  }

  /**
   * What is said of a frame before it.
   *
   * @param transparent index of the colour that leaves the screen as it is; -1 where there is none
   */
  record Control(Disposal disposal, int transparent) {

    private static final Control NONE = new Control(Disposal.KEEP, -1);
  }

  /**
   * A table of colours.
   *
   * @param at where its first colour is, three bytes each
   */
  record Table(int at, int colours) {

    private int end() {
      return at + 3 * colours;
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
    Table table = table(in.u8(10), SCREEN_END);
    in.require(table.end(), "GIF");
    int background = in.u8(11) < table.colours() ? colour(in, table, in.u8(11)) : 0;
    List<Frame> frames = frames(in, table, maxFrames);
    if (frames.isEmpty()) {
      throw ImageProbe.malformed("GIF", "it has no image");
    }
    return new GifFile(header, background, frames);
  }

  private static List<Frame> frames(HeaderReader in, Table global, int maxFrames)
      throws RejectedException {
    List<Frame> frames = new ArrayList<>();
    Control control = Control.NONE;
    int at = global.end();
    while (at < in.length() && frames.size() < maxFrames) {
      int block = in.u8(at);
      if (block == EXTENSION && at + 2 < in.length()) {
        if (in.u8(at + 1) == GRAPHIC_CONTROL && in.u8(at + 2) == 4 && at + 6 < in.length()) {
          int flags = in.u8(at + 3);
          control = new Control(disposal(flags), (flags & 1) == 0 ? -1 : in.u8(at + 6));
        }
        at = endOfBlocks(in, at + 2);
      } else if (block == IMAGE && at + DESCRIPTOR <= in.length()) {
        if (frames.size() == MAX_FRAMES) {
          throw ImageProbe.malformed("GIF", "it has more than %d images".formatted(MAX_FRAMES));
        }
        Table local = table(in.u8(at + 9), at + DESCRIPTOR);
        int end = endOfBlocks(in, local.end() + 1);
        Table table = local.colours() == 0 ? global : local;
        frames.add(frame(in, at, control, table, local.end(), end));
        control = Control.NONE;
        at = end;
      } else { // the trailer, or what no decoder reads
        break;
      }
    }
    return frames;
  }

  private static Frame frame(
      HeaderReader in, int at, Control control, Table table, int data, int end)
      throws RejectedException {
    Frame frame =
        new Frame(
            in.u16le(at + 1),
            in.u16le(at + 3),
            in.u16le(at + 5),
            in.u16le(at + 7),
            (in.u8(at + 9) & INTERLACED) != 0,
            control,
            table,
            data,
            end <= in.length());
    if (frame.pixels() == 0) {
      throw ImageProbe.malformed(
          "GIF", "an image of %d x %d pixels".formatted(frame.width(), frame.height()));
    }
    int dataBytes = end - data - 1;
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

  private static Table table(int flags, int at) {
    return new Table(at, (flags & 0x80) == 0 ? 0 : 2 << (flags & 7));
  }

  /** A colour of a table, {@code 0xRRGGBB}. */
  static int colour(HeaderReader in, Table table, int index) {
    int at = table.at() + 3 * index;
    return in.u8(at) << 16 | in.u8(at + 1) << 8 | in.u8(at + 2);
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
