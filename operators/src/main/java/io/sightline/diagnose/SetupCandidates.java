// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.RowFormat.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The usual mistakes in how an image reaches a model, each mended in every usual way. Of changes
 * that come to the same only the first is kept.
 */
final class SetupCandidates {

  private static final double UNIT = 1 / 255.0;
  private static final double BYTES = 1;

  private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
  private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);
  private static final List<Double> ONES = List.of(1.0, 1.0, 1.0);

  /** Of torchvision's, timm's and PaddleX's models; red, green, blue, as all of these. */
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);

  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  /** Of OpenAI's CLIP and the models that came of it. */
  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);

  private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  /** Of Caffe's reference models, whose pixels are not scaled. */
  private static final List<Double> CAFFE_MEAN = List.of(123.68, 116.779, 103.939);

  /** Crop by short side, as torchvision, PaddleX and timm evaluate. */
  private static final List<Double> CROP_SHARES = List.of(0.875, 0.95, 1.0);

  /** The most usual ones. */
  private static final List<Interpolation> INTERPOLATIONS =
      List.of(
          Interpolation.LINEAR,
          Interpolation.PIL_BILINEAR,
          Interpolation.PIL_BICUBIC,
          Interpolation.CUBIC,
          Interpolation.AREA,
          Interpolation.PIL_LANCZOS,
          Interpolation.NEAREST);

  private final Setup base;
  private final Preprocessing preprocessing;
  private final Set<Setup> known = new HashSet<>();
  private final List<Change> changes = new ArrayList<>();

  private SetupCandidates(Setup base) {
    this.base = base;
    this.preprocessing = base.preprocessing();
    known.add(base);
  }

  /**
   * The changes to a setup.
   *
   * @param type of the model's input: where it takes the pixels themselves, nothing is normalised
   */
  static List<Change> of(Setup base, ElementType type) {
    SetupCandidates candidates = new SetupCandidates(base);
    if (type != ElementType.UINT8) {
      candidates.normalizations();
    }
    candidates.channels();
    candidates.resizes();
    candidates.interpolations();
    candidates.add(
        Cause.EXIF_ORIENTATION, setup -> setup.withExifOrientation(!base.exifOrientation()));
    return List.copyOf(candidates.changes);
  }

  private void normalizations() {
    double otherScale = preprocessing.scale() == BYTES ? UNIT : BYTES;
    add(
        Cause.NORMALIZATION,
        setup -> {
          Preprocessing p = setup.preprocessing();
          return setup.normalizedBy(otherScale, p.mean(), p.std());
        });
    normalization(UNIT, IMAGENET_MEAN, IMAGENET_STD);
    normalization(UNIT, HALVES, HALVES);
    normalization(UNIT, ZEROS, ONES);
    normalization(BYTES, ZEROS, ONES);
    normalization(UNIT, CLIP_MEAN, CLIP_STD);
    normalization(BYTES, CAFFE_MEAN, ONES);
  }

  private void normalization(double scale, List<Double> mean, List<Double> std) {
    add(
        Cause.NORMALIZATION,
        setup -> {
          Channels channels = setup.preprocessing().channels();
          return setup.normalizedBy(scale, inOrder(mean, channels), inOrder(std, channels));
        });
  }

  /** Values of red, green and blue in the order of a model's channels. */
  private static List<Double> inOrder(List<Double> rgb, Channels channels) {
    return switch (channels) {
      case RGB -> rgb;
      case BGR -> reversed(rgb);
      case GRAY -> List.of(rgb.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    };
  }

  /** Mean and std as they stand in the file, or moved with their channels. */
  private void channels() {
    if (preprocessing.channels() == Channels.GRAY) {
      return;
    }
    Channels swapped = preprocessing.channels() == Channels.RGB ? Channels.BGR : Channels.RGB;
    add(
        Cause.CHANNEL_ORDER,
        setup -> {
          Preprocessing p = setup.preprocessing();
          return setup.withChannels(swapped, p.mean(), p.std());
        });
    add(
        Cause.CHANNEL_ORDER,
        setup -> {
          Preprocessing p = setup.preprocessing();
          return setup.withChannels(swapped, reversed(p.mean()), reversed(p.std()));
        });
  }

  private void resizes() {
    int cropSide = Math.max(preprocessing.width(), preprocessing.height());
    for (double share : CROP_SHARES) {
      int shortSide = (int) (cropSide / share);
      add(Cause.RESIZE, setup -> setup.resizedTo(shortSide));
    }
    add(Cause.RESIZE, Setup::stretched);
  }

  private void interpolations() {
    for (Interpolation interpolation : INTERPOLATIONS) {
      add(Cause.INTERPOLATION, setup -> setup.interpolatedBy(interpolation));
    }
  }

  private void add(Cause cause, UnaryOperator<Setup> edit) {
    Change change = Change.of(cause, edit, base);
    if (known.add(change.setup())) {
      changes.add(change);
    }
  }

  private static List<Double> reversed(List<Double> values) {
    List<Double> reversed = new ArrayList<>(values);
    Collections.reverse(reversed);
    return reversed;
  }
}
