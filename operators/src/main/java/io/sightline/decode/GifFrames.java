// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;

/**
 * Draws the frames of a GIF on its screen, one after the other, as browsers do. The screen begins
 * in the background's colour, as OpenCV's decoder has it. Not thread-safe.
 *
 * <p>OpenCV's own decoder of GIF, which version 4.11 brought, is not used: a table of 160 KB is
 * made anew for every code that clears it, so that a file of 32 MB takes it most of an hour; it
 * draws all frames before the one that is asked for; and it refuses data after the last pixel. Nor
 * is the JDK's: it makes a table anew, too, and copies a comment anew for each block of it.
 */
final class GifFrames implements AutoCloseable {

  private static final int COLOURS = 256;

  private static final int MAX_PASSED = 32;
  private static final long MAX_PASSED_PIXELS = 1 << 25;

  private final HeaderReader in;
  private final GifFile file;
  private final long maxPixels;
  private final GifPixels pixels;
  private final Mat screen;
  private @Nullable Mat before;
  private int drawn;
  private @Nullable RejectedException broken;
  private int firstBroken = Integer.MAX_VALUE;
  private final TreeMap<Integer, Mat> passed = new TreeMap<>();

  /**
   * @param maxPixels of a frame
   */
  GifFrames(HeaderReader in, GifFile file, long maxPixels) {
    this.in = in;
    this.file = file;
    this.maxPixels = maxPixels;
    this.pixels = new GifPixels(in);
    this.screen = new Mat(file.header().height(), file.header().width(), CvType.CV_8UC3);
    begin();
  }

  /** The first frame of a GIF. */
  static Mat first(HeaderReader in, GifFile file, long maxPixels) throws RejectedException {
    try (GifFrames frames = new GifFrames(in, file, maxPixels)) {
      frames.draw(0);
      return frames.screen.submat(0, frames.screen.rows(), 0, frames.screen.cols());
    }
  }

  /**
   * A copy of the screen with a frame on it: 8 bits each of blue, green and red. In the order of
   * the frames each is drawn once.
   *
   * @throws RejectedException where this frame, or one before it, is too large or broken
   */
  Mat decode(int frame) throws RejectedException {
    Mat early = passed.remove(frame);
    if (early != null) {
      return early;
    }
    if (broken != null && frame >= firstBroken) {
      throw broken;
    }
    if (frame < drawn - 1) {
      begin();
    }
    while (drawn <= frame) {
      drawOrGiveUp(drawn);
      if (drawn < frame) {
        keep(drawn);
      }
      drawn++;
    }
    return screen.clone();
  }

  /** What a broken frame leaves on the screen is part of no other. */
  private void drawOrGiveUp(int frame) throws RejectedException {
    try {
      draw(frame);
    } catch (RejectedException e) {
      broken = e;
      firstBroken = frame;
      begin();
      throw e;
    }
  }

  /** Keeps a frame that was passed over, since workers ask a little out of turn. */
  private void keep(int frame) {
    if (file.header().pixels() > MAX_PASSED_PIXELS) {
      return;
    }
    while ((passed.size() + 1) * file.header().pixels() > MAX_PASSED_PIXELS
        || passed.size() == MAX_PASSED) {
      passed.pollFirstEntry().getValue().release();
    }
    passed.put(frame, screen.clone());
  }

  private void begin() {
    drawn = 0;
    releaseBefore();
    screen.setTo(background());
  }

  private void draw(int index) throws RejectedException {
    file.requireFrame(index, maxPixels);
    if (index > 0) {
      dispose(file.frames().get(index - 1));
    }
    GifFile.Frame frame = file.frames().get(index);
    if (frame.control().disposal() == GifFile.Disposal.PREVIOUS) {
      before = screen.clone();
    }
    int width = Math.max(0, Math.min(frame.width(), screen.cols() - frame.left()));
    int[] colours = colours(frame.table());
    byte[] row = new byte[3 * width];
    int rows =
        pixels.decode(
            frame,
            (y, indexes) -> {
              if (width > 0 && frame.top() + y < screen.rows()) {
                drawRow(frame, y, indexes, colours, row);
              }
            });
    if (rows < frame.height()) {
      throw corrupt(index, "it has %d of its %d rows".formatted(rows, frame.height()));
    }
  }

  /** Grey levels where there is no table, but for white at 1, as OpenCV has them. */
  private int[] colours(GifFile.Table table) {
    int[] colours = new int[COLOURS];
    for (int i = 0; i < COLOURS; i++) {
      if (i < table.colours()) {
        colours[i] = GifFile.colour(in, table, i);
      } else if (table.colours() == 0) {
        colours[i] = i == 1 ? 0xFFFFFF : i << 16 | i << 8 | i;
      }
    }
    return colours;
  }

  /**
   * @param row of the screen, for what is drawn there
   */
  private void drawRow(GifFile.Frame frame, int y, byte[] indexes, int[] colours, byte[] row) {
    int transparent = frame.control().transparent();
    if (transparent >= 0) {
      screen.get(frame.top() + y, frame.left(), row);
    }
    for (int i = 0, x = 0; i < row.length; i += 3, x++) {
      int index = indexes[x] & 0xFF;
      if (index != transparent) {
        int rgb = colours[index];
        row[i] = (byte) rgb;
        row[i + 1] = (byte) (rgb >> 8);
        row[i + 2] = (byte) (rgb >> 16);
      }
    }
    screen.put(frame.top() + y, frame.left(), row);
  }

  private void dispose(GifFile.Frame last) {
    if (last.control().disposal() == GifFile.Disposal.BACKGROUND) {
      int bottom = Math.min(last.top() + last.height(), screen.rows());
      int right = Math.min(last.left() + last.width(), screen.cols());
      if (last.top() < bottom && last.left() < right) {
        screen.submat(last.top(), bottom, last.left(), right).setTo(background());
      }
    } else if (before != null) {
      before.copyTo(screen);
    }
    releaseBefore();
  }

  private Scalar background() {
    int rgb = file.background();
    return new Scalar(rgb & 0xFF, rgb >> 8 & 0xFF, rgb >> 16);
  }

  private RejectedException corrupt(int index, String what) {
    return new RejectedException(
        Reason.CORRUPT_IMAGE,
        "image %d of the gif of %d x %d pixels could not be decoded: %s"
            .formatted(index, file.header().width(), file.header().height(), what));
  }

  private void releaseBefore() {
    if (before != null) {
      before.release();
      before = null;
    }
  }

  @Override
  public void close() {
    releaseBefore();
    passed.values().forEach(Mat::release);
    passed.clear();
    screen.release();
  }
}
