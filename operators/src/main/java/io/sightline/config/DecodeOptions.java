// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code decode.*} options. */
public final class DecodeOptions {

  /** The most that OpenCV decodes unless its own environment variable says otherwise. */
  private static final long OPENCV_MAX_PIXELS = 1L << 30;

  public static final ConfigOption<Long> MAX_PIXELS =
      ConfigOptions.key("decode.max-pixels")
          .longType()
          .defaultValue(89_478_485L)
          .withDescription(
              "Largest image that is decoded, width times height as its header says; a larger one is"
                  + " rejected before memory is taken. Each worker may hold 3 bytes a pixel, and while"
                  + " it decodes up to 9 of a progressive JPEG, 15 of an animated WebP, and 24 of a"
                  + " TIFF of 16 bits whose rows are one strip: 256, 768, 1280 and 2048 MiB outside"
                  + " the heap at the default, which is Pillow's bound.");

  public static final ConfigOption<DecodeSettings.SmallImages> SMALL_IMAGES =
      ConfigOptions.key("decode.small-images")
          .enumType(DecodeSettings.SmallImages.class)
          .defaultValue(DecodeSettings.SmallImages.REJECT)
          .withDescription(
              "What becomes of an image that is smaller than the model's crop once it is resized:"
                  + " reject (as PaddleX, which raises an error), or upscale, which enlarges it until"
                  + " the crop fits.");

  public static final ConfigOption<Boolean> EXIF_ORIENTATION =
      ConfigOptions.key("decode.exif-orientation")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether an image is turned as its EXIF orientation says, as OpenCV does. Models that"
                  + " were trained with torchvision's ImageFolder never saw turned images.");

  private DecodeOptions() {}

  static DecodeSettings read(OptionReader options) {
    long maxPixels = options.get(MAX_PIXELS);
    if (maxPixels < 1 || maxPixels > OPENCV_MAX_PIXELS) {
      options.invalid(MAX_PIXELS, "must be between 1 and " + OPENCV_MAX_PIXELS);
      maxPixels = MAX_PIXELS.defaultValue();
    }
    return new DecodeSettings(maxPixels, options.get(SMALL_IMAGES), options.get(EXIF_ORIENTATION));
  }
}
