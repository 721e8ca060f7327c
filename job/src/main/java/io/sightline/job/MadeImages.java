// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Pictures to try a model with where there are no photographs: waves of colour with grain, each of
 * its own. The same number always makes the same picture.
 */
final class MadeImages {

  private static final int WAVES = 4;
  private static final int CHANNELS = 3;
  private static final double GRAIN = 12;

  private MadeImages() {}

  /** A PNG of 8 bits a channel. */
  static byte[] png(int number, int width, int height) {
    Random random = new Random(number);
    double[][] waves = new double[CHANNELS * WAVES][];
    for (int i = 0; i < waves.length; i++) {
      waves[i] =
          new double[] {
            random.nextGaussian() * 0.05, random.nextGaussian() * 0.05, random.nextDouble() * 6.28
          };
    }
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = 0;
        for (int channel = 0; channel < CHANNELS; channel++) {
          double value = 128 + GRAIN * random.nextGaussian();
          for (int i = channel * WAVES; i < (channel + 1) * WAVES; i++) {
            value += 30 * Math.sin(x * waves[i][0] + y * waves[i][1] + waves[i][2]);
          }
          pixel = pixel << 8 | (int) Math.max(0, Math.min(255, value));
        }
        image.setRGB(x, y, pixel);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.setUseCache(false);
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
