// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;

/**
 * Draws the frames of a GIF on its screen, one after the other, as browsers do. The JDK's reader
 * decodes them; the screen begins in the background's colour, as OpenCV's decoder has it. Not
 * thread-safe.
 *
 * <p>OpenCV's own decoder of GIF, which version 4.11 brought, is not used: a table of 160 KB is
 * made anew for every code that clears it, so that a file of 32 MB takes it most of an hour; it
 * draws all frames before the one that is asked for; and it refuses data after the last pixel.
 */
final class GifFrames implements AutoCloseable {

  /** What is decoded at once stays within this many bytes of the heap. */
  private static final int BAND_PIXELS = 1 << 23;

  private static final int MAX_PASSED = 32;
  private static final long MAX_PASSED_PIXELS = 1 << 25;

  private final HeaderReader in;
  private final GifFile file;
  private final long maxPixels;
  private final ImageReader reader;
  private final RowCounter rows = new RowCounter();
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
    this.reader = newReader();
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
    reader.setInput(
        new MemoryCacheImageInputStream(
            new ByteArrayInputStream(in.bytes(), in.offset(), in.length())),
        false,
        true);
  }

  private void draw(int index) throws RejectedException {
    file.requireFrame(index, maxPixels);
    if (index > 0) {
      dispose(file.frames().get(index - 1));
    }
    GifFile.Frame frame = file.frames().get(index);
    if (frame.disposal() == GifFile.Disposal.PREVIOUS) {
      before = screen.clone();
    }
    rows.reset();
    int bandRows = Math.max(1, BAND_PIXELS / frame.width());
    try {
      for (int y = 0; y < frame.height(); y += bandRows) {
        ImageReadParam band = reader.getDefaultReadParam();
        band.setSourceRegion(
            new Rectangle(0, y, frame.width(), Math.min(bandRows, frame.height() - y)));
        copy(reader.read(index, band), frame, y);
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw corrupt(index, String.valueOf(e.getMessage()));
    }
    if (rows.count() < frame.height()) {
      throw corrupt(index, "it has %d of its %d rows".formatted(rows.count(), frame.height()));
    }
  }

  private void dispose(GifFile.Frame last) {
    if (last.disposal() == GifFile.Disposal.BACKGROUND) {
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

  private void copy(BufferedImage band, GifFile.Frame frame, int bandTop) {
    if (!(band.getColorModel() instanceof IndexColorModel colours)) {
      throw new IllegalArgumentException("it has no colour table");
    }
    int width = Math.min(band.getWidth(), screen.cols() - frame.left());
    int top = frame.top() + bandTop;
    int height = Math.min(band.getHeight(), screen.rows() - top);
    if (width <= 0) {
      return;
    }
    int transparent = colours.getTransparentPixel();
    int[] indexes = new int[width];
    byte[] row = new byte[3 * width];
    for (int y = 0; y < height; y++) {
      band.getRaster().getSamples(0, y, width, 1, 0, indexes);
      if (transparent >= 0) {
        screen.get(top + y, frame.left(), row);
      }
      for (int x = 0; x < width; x++) {
        if (indexes[x] != transparent) {
          int rgb = colours.getRGB(indexes[x]);
          row[3 * x] = (byte) rgb;
          row[3 * x + 1] = (byte) (rgb >> 8);
          row[3 * x + 2] = (byte) (rgb >> 16);
        }
      }
      screen.put(top + y, frame.left(), row);
    }
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

  private ImageReader newReader() {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("gif");
    while (readers.hasNext()) {
      ImageReader candidate = readers.next();
      if (candidate.getClass().getModule() == ImageIO.class.getModule()) { // the JDK's own
        candidate.addIIOReadUpdateListener(rows);
        return candidate;
      }
    }
    throw new IllegalStateException("this JDK has no reader for GIF: it lacks java.desktop's");
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
    reader.dispose();
  }
}
