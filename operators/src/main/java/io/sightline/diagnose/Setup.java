// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.Preprocessing.Rounding;
import java.util.List;

/**
 * One way in which an image reaches a model. Immutable; each method makes another one.
 *
 * @param exifOrientation whether an image is turned as its EXIF orientation says
 */
record Setup(Preprocessing preprocessing, boolean exifOrientation) {

  Setup normalizedBy(double scale, List<Double> mean, List<Double> std) {
    Preprocessing p = preprocessing;
    return with(new Preprocessing(p.resize(), p.crop(), p.channels(), scale, mean, std));
  }

  /** The channels in another order, and with them values of mean and std. */
  Setup withChannels(Channels channels, List<Double> mean, List<Double> std) {
    Preprocessing p = preprocessing;
    return with(new Preprocessing(p.resize(), p.crop(), channels, p.scale(), mean, std));
  }

  Setup resizedTo(int shortSide) {
    Resize like = resizeOrDefault();
    return with(new Resize(shortSide, 0, 0, like.rounding(), like.interpolation()));
  }

  /** Both sides brought to the crop's, whatever their ratio. */
  Setup stretched() {
    Resize like = resizeOrDefault();
    return with(
        new Resize(
            0,
            preprocessing.width(),
            preprocessing.height(),
            like.rounding(),
            like.interpolation()));
  }

  /** Unchanged where nothing is resized. */
  Setup interpolatedBy(Interpolation interpolation) {
    Resize like = preprocessing.resize();
    return like == null
        ? this
        : with(
            new Resize(
                like.shortSide(), like.width(), like.height(), like.rounding(), interpolation));
  }

  Setup withExifOrientation(boolean applied) {
    return new Setup(preprocessing, applied);
  }

  private Resize resizeOrDefault() {
    Resize resize = preprocessing.resize();
    return resize == null ? new Resize(1, 0, 0, Rounding.HALF_EVEN, Interpolation.LINEAR) : resize;
  }

  private Setup with(Resize resize) {
    Preprocessing p = preprocessing;
    return with(new Preprocessing(resize, p.crop(), p.channels(), p.scale(), p.mean(), p.std()));
  }

  private Setup with(Preprocessing changed) {
    return new Setup(changed, exifOrientation);
  }
}
