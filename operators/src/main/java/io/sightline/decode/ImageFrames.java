// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import org.jspecify.annotations.Nullable;
import org.opencv.core.Mat;

/**
 * The frames of one encoded image: the pages of a TIFF, the images of a GIF as they are shown one
 * after the other, and of any other format its only one. Thread-safe. Frames of a GIF are drawn on
 * those before them, so they come fastest in their order.
 */
public final class ImageFrames implements AutoCloseable {

  private final HeaderReader in;
  private final DecodeSettings settings;
  private final ImageHeader first;
  private final @Nullable TiffFile tiff;
  private final @Nullable GifFrames gif;
  private final int count;

  private ImageFrames(
      HeaderReader in,
      DecodeSettings settings,
      ImageHeader first,
      @Nullable TiffFile tiff,
      @Nullable GifFile gif) {
    this.in = in;
    this.settings = settings;
    this.first = first;
    this.tiff = tiff;
    this.gif = gif == null ? null : new GifFrames(in, gif, settings.maxPixels());
    this.count = tiff != null ? tiff.directories().size() : gif != null ? gif.frames().size() : 1;
  }

  /**
   * Counts the frames of an image, and decodes none.
   *
   * @param encoded stays as it is until this is closed
   * @throws RejectedException where it is no image, its first frame is too large, or it has more
   *     than 10,000
   */
  public static ImageFrames open(byte[] encoded, DecodeSettings settings) throws RejectedException {
    ImageDecoder.loadNatives();
    HeaderReader in = new HeaderReader(encoded, 0, encoded.length);
    ImageHeader first = ImageProbe.probe(in);
    PixelDecoder.requireAtMost(settings.maxPixels(), first);
    return switch (first.format()) {
      case TIFF -> new ImageFrames(in, settings, first, TiffFile.read(in), null);
      case GIF ->
          new ImageFrames(in, settings, first, null, GifFile.read(in, GifFile.MAX_FRAMES + 1));
      default -> new ImageFrames(in, settings, first, null, null);
    };
  }

  /** How many there are, at least 1. */
  public int count() {
    return count;
  }

  /**
   * Decodes a frame.
   *
   * @param frame below {@link #count}
   * @throws RejectedException where it is too large or broken
   */
  public DecodedImage decode(int frame) throws RejectedException {
    if (gif != null) {
      synchronized (gif) {
        return new DecodedImage(gif.decode(frame), first);
      }
    }
    if (tiff == null) {
      return DecodedImage.of(in.bytes(), settings);
    }
    TiffDirectory page = tiff.directory(frame);
    PixelDecoder.requireAtMost(settings.maxPixels(), page.header());
    page.requireDecodable(settings.maxPixels());
    Mat copy = PixelDecoder.copyOf(in);
    try {
      page.select(copy, settings.exifOrientation());
      return new DecodedImage(
          PixelDecoder.decode(
              copy, page.header(), page.header().height(), settings.exifOrientation(), null),
          page.header());
    } finally {
      copy.release();
    }
  }

  @Override
  public void close() {
    if (gif != null) {
      synchronized (gif) {
        gif.close();
      }
    }
  }
}
