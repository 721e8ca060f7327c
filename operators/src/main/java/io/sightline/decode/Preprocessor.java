// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.RejectedException;
import java.nio.ByteBuffer;
import org.opencv.core.Mat;

/** Resizes, crops and normalises one decoded image straight into a row. Not thread-safe. */
final class Preprocessor implements AutoCloseable {

  private final Geometry geometry;
  private final Resizer resizer;
  private final RowWriter writer;

  Preprocessor(Preprocessing preprocessing, RowFormat format, DecodeSettings settings) {
    this.geometry = new Geometry(preprocessing, settings);
    this.writer = new RowWriter(preprocessing, format);
    this.resizer = resizerOf(preprocessing);
  }

  private static Resizer resizerOf(Preprocessing preprocessing) {
    Resize resize = preprocessing.resize();
    // Without a resize, only small images are resized, and only if that is asked for.
    Interpolation interpolation = resize == null ? Interpolation.LINEAR : resize.interpolation();
    int width = preprocessing.width();
    int height = preprocessing.height();
    boolean grey = preprocessing.channels() == Channels.GRAY;
    return interpolation.isPillow()
        ? new PillowResizer(interpolation, width, height, grey)
        : new OpenCvResizer(interpolation, width, height, grey);
  }

  /** Bytes of a row. */
  int rowBytes() {
    return writer.rowBytes();
  }

  RowMats matsOf(ByteBuffer row) {
    return writer.matsOf(row);
  }

  /**
   * Where the crop lies in an image of a size.
   *
   * @throws RejectedException where the image is too small, or becomes too large
   */
  Placement place(int width, int height) throws RejectedException {
    return geometry.place(width, height);
  }

  /**
   * Rows of the image, from the first on, that the crop depends on.
   *
   * @param imageHeight of the image
   */
  int sourceRows(int imageHeight, Placement placement) {
    return resizer.sourceRows(imageHeight, placement);
  }

  /**
   * Writes a row.
   *
   * @param image 8 bits each of blue, green and red: its first {@link #sourceRows} at least
   * @param imageHeight of the whole image
   * @throws ReallocatedRowError where the row was not written
   */
  void write(Mat image, int imageHeight, Placement placement, RowMats row) {
    Mat crop = crop(image, imageHeight, placement);
    try {
      writer.write(crop, row);
    } finally {
      crop.release();
    }
  }

  /**
   * The pixels that the model sees, before they are normalised.
   *
   * @param image 8 bits each of blue, green and red: its first {@link #sourceRows} at least
   * @param imageHeight of the whole image
   * @return 8 bits each of blue, green and red, or of grey; valid until the next call, and released
   *     by the caller
   */
  Mat crop(Mat image, int imageHeight, Placement placement) {
    return resizer.crop(image, imageHeight, placement);
  }

  @Override
  public void close() {
    resizer.close();
    writer.close();
  }
}
