// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import org.opencv.core.CvException;
import org.opencv.core.Mat;

/** What a model sees of an image, for people to look at. Thread-safe. */
public final class ModelView {

  private ModelView() {}

  /**
   * The resized and cropped pixels as they are before they are normalised, bit by bit those that
   * {@link ImageDecoder#writeTo} normalises, as a PNG: in colour whatever the order of the model's
   * channels, or in grey where it has one.
   *
   * @throws RejectedException where the image is too small, becomes too large, or OpenCV refuses it
   */
  public static byte[] png(DecodedImage image, Preprocessing preprocessing, DecodeSettings settings)
      throws RejectedException {
    try (Preprocessor preprocessor =
        new Preprocessor(preprocessing, RowFormat.PLANAR_FLOAT32, settings)) {
      Placement placement = preprocessor.place(image.width(), image.height());
      Mat crop = preprocessor.crop(image.pixels(), image.height(), placement);
      try {
        return PictureEncoder.encode(crop, ".png");
      } finally {
        crop.release();
      }
    } catch (CvException e) {
      throw PixelDecoder.corrupt(image.header(), e);
    }
  }
}
