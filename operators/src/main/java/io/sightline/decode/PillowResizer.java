// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Interpolation;
import java.util.Arrays;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/**
 * Pillow's {@code Image.resize}, bit by bit, of 8-bit colour or grey images. Not thread-safe.
 *
 * <p>Columns are resized before rows, each pass rounded to 8 bits; only the rows and columns that
 * the crop needs are looked at. Each row of the image is resized once, and added to the sums of all
 * resized rows that it is part of, so that the memory is that of a few rows whatever the image.
 *
 * <p>Sources: {@link PillowTaps}, {@link PillowPasses}, and Pillow 12.3's {@code Image.resize} for
 * images more than 100 times as high as wide, of which it resizes the rows first where they become
 * fewer.
 */
final class PillowResizer implements Resizer {

  /** Bytes of the image that are copied to the heap at once; a multiple of 3. */
  private static final int BLOCK_BYTES = 3 << 16;

  private final int width;
  private final int height;
  private final boolean grey;
  private final int channels;
  private final PillowTaps columns;
  private final PillowTaps rows;
  private final byte[] resized;
  private final Mat resizedMat;

  private byte[] block = new byte[BLOCK_BYTES];
  private long[] pairs = new long[0];
  private int[] firstLine = new int[0];
  private int[] secondLine = new int[0];

  /** Sums of the resized rows that are begun and not finished, by their index modulo its length. */
  private int[][] sums = new int[0][];

  private byte[] finishedLine = new byte[0];

  // The state of one call of crop.
  private boolean rowsFirst;
  private int lineSamples;
  private int begun;
  private int finished;

  /**
   * A resizer to one size of crop.
   *
   * @param width of the crop
   * @param height of the crop
   * @param grey whether the image is made grey before it is resized
   */
  PillowResizer(Interpolation interpolation, int width, int height, boolean grey) {
    this.width = width;
    this.height = height;
    this.grey = grey;
    this.channels = grey ? 1 : 3;
    this.columns = new PillowTaps(interpolation, width);
    this.rows = new PillowTaps(interpolation, height);
    this.resized = new byte[Math.multiplyExact(channels * width, height)];
    this.resizedMat = new Mat(height, width, CvType.CV_8UC(channels));
  }

  @Override
  public int sourceRows(int imageHeight, Placement placement) {
    rows.compute(imageHeight, placement.height(), placement.top());
    return rows.end();
  }

  @Override
  public Mat crop(Mat image, int imageHeight, Placement placement) {
    columns.compute(image.cols(), placement.width(), placement.left());
    rows.compute(imageHeight, placement.height(), placement.top());
    rowsFirst = imageHeight > 100L * image.cols() && placement.height() < imageHeight;
    int left = columns.start();
    int right = columns.end();
    int bottom = rows.end();
    reserve(right - left);
    begun = 0;
    finished = 0;
    int blockRows = block.length / (3 * (right - left));
    for (int top = rows.start(); top < bottom; top += blockRows) {
      int count = Math.min(blockRows, bottom - top);
      Mat part = image.submat(top, top + count, left, right);
      part.get(0, 0, block);
      part.release();
      if (grey) {
        PillowPasses.grey(block, count * (right - left));
      }
      addRows(top, count, channels * (right - left));
    }
    resizedMat.put(0, 0, resized);
    return resizedMat.submat(0, height, 0, width);
  }

  private void reserve(int sourceWidth) {
    if (block.length < 3 * sourceWidth) {
      block = new byte[3 * sourceWidth];
    }
    if (pairs.length < channels * sourceWidth) {
      pairs = new long[channels * sourceWidth];
    }
    lineSamples = channels * (rowsFirst ? sourceWidth : width);
    int longest = channels * Math.max(rowsFirst ? sourceWidth : 0, width);
    if (firstLine.length < longest) {
      firstLine = new int[longest];
      secondLine = new int[longest];
      finishedLine = new byte[longest];
    }
    int overlap = rows.overlap();
    if (sums.length < overlap || (overlap > 0 && sums[0].length < lineSamples)) {
      sums = new int[Math.max(overlap, sums.length)][Math.max(longest, lineSamples)];
    }
  }

  /** Adds rows of the image that lie in the block one after the other. */
  private void addRows(int top, int count, int stride) {
    if (rowsFirst) {
      for (int i = 0; i < count; i++) {
        if (isNeeded(top + i)) {
          PillowPasses.widen(block, i * stride, firstLine, stride);
          addRow(top + i, firstLine);
        }
      }
      return;
    }
    for (int i = 0; i < count; i += 2) {
      int y = top + i;
      int next = i + 1 < count ? 1 : 0; // without a second row, the first is its own
      if (isNeeded(y) || isNeeded(y + next)) {
        PillowPasses.pair(block, i * stride, (i + next) * stride, pairs, stride);
        PillowPasses.horizontal(pairs, columns, channels, firstLine, secondLine);
        addRow(y, firstLine);
        if (next == 1) {
          addRow(y + 1, secondLine);
        }
      }
    }
  }

  /** Whether a resized row that is not finished has a tap at this row. */
  private boolean isNeeded(int y) {
    return begun > finished || (begun < height && rows.start(begun) <= y);
  }

  private void addRow(int y, int[] samples) {
    for (; begun < height && rows.start(begun) <= y; begun++) {
      Arrays.fill(sums[begun % sums.length], 0, lineSamples, PillowPasses.HALF);
    }
    int[] weights = rows.weights();
    for (int row = finished; row < begun; row++) {
      int weight = weights[rows.offset(row) + y - rows.start(row)];
      if (weight != 0) {
        PillowPasses.vertical(sums[row % sums.length], samples, weight, lineSamples);
      }
    }
    for (; finished < begun && rows.end(finished) == y + 1; finished++) {
      finish(finished);
    }
  }

  private void finish(int row) {
    int[] line = sums[row % sums.length];
    int samples = channels * width;
    if (!rowsFirst) {
      PillowPasses.finish(line, resized, row * samples, samples);
      return;
    }
    PillowPasses.finish(line, finishedLine, 0, lineSamples);
    PillowPasses.pair(finishedLine, 0, 0, pairs, lineSamples);
    PillowPasses.horizontal(pairs, columns, channels, firstLine, secondLine);
    for (int i = 0; i < samples; i++) {
      resized[row * samples + i] = (byte) firstLine[i];
    }
  }

  @Override
  public void close() {
    resizedMat.release();
  }
}
