// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.classify.TopK;
import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one image: its best classes, or why it has none. Immutable. It keeps the way to
 * the image, not its pixels.
 */
public final class Prediction {

  private final Frame frame;
  private final DecodeSettings decode;
  private final List<Integer> classIds;
  private final List<Float> scores;
  private final List<String> labelNames;
  private final @Nullable ImageRejection rejection;

  private Prediction(
      Frame frame,
      DecodeSettings decode,
      TopK best,
      List<String> labelNames,
      @Nullable ImageRejection rejection) {
    this.frame = frame;
    this.decode = decode;
    this.classIds = List.copyOf(best.classIds());
    this.scores = List.copyOf(best.scores());
    this.labelNames = List.copyOf(labelNames);
    this.rejection = rejection;
  }

  static Prediction of(Frame frame, DecodeSettings decode, TopK best, List<String> labelNames) {
    return new Prediction(frame, decode, best, labelNames, null);
  }

  static Prediction rejected(Frame frame, DecodeSettings decode, RejectedException why) {
    return new Prediction(
        frame, decode, new TopK(List.of(), List.of()), List.of(), ImageRejection.of(why));
  }

  /** Where the image came from, as it was given; null where it came from memory. */
  public @Nullable String inputPath() {
    return frame.inputPath();
  }

  /** Page or frame of its file, from 0; null where the file is one image. */
  public @Nullable Integer pageIndex() {
    return frame.pageIndex();
  }

  /** Class ids, best first; none where the image was rejected. */
  public List<Integer> classIds() {
    return classIds;
  }

  /** Scores in the order of {@link #classIds}, 0..1, in full precision. */
  public List<Float> scores() {
    return scores;
  }

  /** Label names in the order of {@link #classIds}. */
  public List<String> labelNames() {
    return labelNames;
  }

  /** Why there are no classes; empty where there are. */
  public Optional<ImageRejection> rejection() {
    return Optional.ofNullable(rejection);
  }

  Frame frame() {
    return frame;
  }

  DecodeSettings decode() {
    return decode;
  }
}
