// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.imgproc.Imgproc;

/**
 * Normalises the pixels of a crop straight into a row, in the row's format. Not thread-safe.
 *
 * <p>A value is {@code (float) pixel * (scale / std) - mean / std}, the factors in float32, as
 * OpenCV's {@code convertTo} computes it; float16 is that value rounded half to even. A pixel has
 * 256 values: interleaved channels are looked up in a table that {@code convertTo} made.
 */
final class RowWriter implements AutoCloseable {

  private final RowFormat format;
  private final boolean reversed;
  private final int channels;
  private final int width;
  private final int height;
  private final double[] alpha;
  private final double[] beta;
  private final List<Mat> planes = new ArrayList<>();
  private final Mat ordered = new Mat();
  private final Mat values = new Mat();

  /** The float32 value of each pixel of each channel, interleaved; empty where it is not used. */
  private final Mat table = new Mat();

  /**
   * A writer of one format.
   *
   * @throws IllegalArgumentException where rows of pixels themselves are to be normalised
   */
  RowWriter(Preprocessing preprocessing, RowFormat format) {
    this.channels = preprocessing.channels().count();
    // Where channels are one, both layouts are the same memory.
    this.format = channels == 1 ? new RowFormat(Layout.NCHW, format.type()) : format;
    this.reversed = preprocessing.channels() == Channels.RGB; // images are of blue, green, red
    this.width = preprocessing.width();
    this.height = preprocessing.height();
    this.alpha = new double[channels];
    this.beta = new double[channels];
    for (int i = 0; i < channels; i++) {
      double std = preprocessing.std().get(i);
      alpha[i] = preprocessing.scale() / std;
      beta[i] = -preprocessing.mean().get(i) / std;
      if (format.type() == ElementType.UINT8 && (alpha[i] != 1 || beta[i] != 0)) {
        throw new IllegalArgumentException(
            "rows of %s hold the pixels themselves, with scale 1, mean 0 and std 1 (got %s, %s, %s)"
                .formatted(
                    format.type(),
                    preprocessing.scale(),
                    preprocessing.mean(),
                    preprocessing.std()));
      }
    }
    if (this.format.layout() == Layout.NHWC && format.type() != ElementType.UINT8) {
      fillTable();
    }
  }

  private void fillTable() {
    Mat ramp = new Mat(1, 256, CvType.CV_8UC1);
    byte[] pixels = new byte[256];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    ramp.put(0, 0, pixels);
    table.create(1, 256, CvType.makeType(CvType.CV_32F, channels));
    for (int i = 0; i < channels; i++) {
      ramp.convertTo(values, CvType.CV_32F, alpha[i], beta[i]);
      Core.insertChannel(values, table, i);
    }
    ramp.release();
  }

  /** Bytes of a row. */
  int rowBytes() {
    return Math.multiplyExact(channels * format.type().bytes(), Math.multiplyExact(width, height));
  }

  /**
   * The row as it is to be given to {@link #write}.
   *
   * @throws IllegalArgumentException where it is on the heap, or of another size
   */
  RowMats matsOf(ByteBuffer row) {
    if (!row.isDirect() || row.capacity() != rowBytes()) {
      throw new IllegalArgumentException(
          "a row must be a direct buffer of %d bytes (got %d)"
              .formatted(rowBytes(), row.capacity()));
    }
    return new RowMats(row, format, channels, width, height);
  }

  /**
   * Writes a row.
   *
   * @param crop 8 bits each of blue, green and red, or of grey
   * @throws ReallocatedRowError where the row was not written
   */
  void write(Mat crop, RowMats row) {
    if (format.layout() == Layout.NCHW) {
      writePlanes(crop, row);
    } else {
      writeInterleaved(crop, row.get(0));
      requireInPlace(row, 0, crop);
    }
  }

  private void writePlanes(Mat crop, RowMats row) {
    if (channels == 1) {
      writePlane(crop, row, 0);
      return;
    }
    Core.split(crop, planes); // one vectorised pass; extractChannel takes a plain one a channel
    try {
      for (int i = 0; i < channels; i++) {
        writePlane(planes.get(reversed ? channels - 1 - i : i), row, i);
      }
    } finally {
      planes.forEach(Mat::release);
      planes.clear();
    }
  }

  private void writePlane(Mat pixels, RowMats row, int index) {
    Mat plane = row.get(index);
    pixels.convertTo(plane, plane.depth(), alpha[index], beta[index]);
    requireInPlace(row, index, pixels);
  }

  private void writeInterleaved(Mat crop, Mat row) {
    boolean isPixels = format.type() == ElementType.UINT8;
    Mat pixels = crop;
    if (reversed) {
      pixels = isPixels ? row : ordered;
      Imgproc.cvtColor(crop, pixels, Imgproc.COLOR_BGR2RGB);
    }
    if (format.type() == ElementType.FLOAT16) { // of which OpenCV looks up nothing
      Core.LUT(pixels, table, values);
      values.convertTo(row, row.depth());
    } else if (!isPixels) {
      Core.LUT(pixels, table, row);
    } else if (pixels != row) {
      pixels.copyTo(row);
    }
  }

  private static void requireInPlace(RowMats row, int index, Mat pixels) {
    if (!row.isInPlace(index)) {
      throw new ReallocatedRowError(
          "plane %d of the row was reallocated: the channel has %d x %d pixels"
              .formatted(index, pixels.cols(), pixels.rows()));
    }
  }

  @Override
  public void close() {
    ordered.release();
    values.release();
    table.release();
  }
}
