// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.schemas.EvaluationState;
import io.sightline.schemas.RejectionCount;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The counts of labelled outcomes, from which every metric of {@link EvaluationMetrics} derives.
 *
 * <p>Counts of two parts merge into those of the whole, whatever the parts and the order: all that
 * is kept are whole numbers and {@linkplain ExactSum exact sums}, which round nothing. A confidence
 * is a float and is added as it is; a {@code -ln p} is the double that {@link StrictMath#log} gives
 * on every machine, and is added as it is. So equal outcomes give equal counts, and equal counts
 * give the same bytes of {@link EvaluationState}.
 *
 * <p>What an image counts for:
 *
 * <ul>
 *   <li><b>Top-k</b>: a hit where its label is among its k best classes, in the order in which the
 *       event has them. Where the model has fewer classes than k, every image is a hit: PaddleX's
 *       {@code TopkAcc} gives 1 there too. An event has at most {@code classify.top-k} classes, and
 *       a class that it lacks is no hit.
 *   <li><b>Confusion</b>: the pair of its label and its best class, or of its label and no class
 *       where the event has none. Support, predictions and true positives of each class are sums of
 *       these.
 *   <li><b>Calibration</b>: its confidence, the score of its best class, where that is from 0 to 1.
 *       A softmax in floats may end a little above 1: up to {@value #MAX_PROBABILITY} counts as 1.
 *   <li><b>Log loss</b>: -ln of its label's score, kept between 2^-23 and 1 - 2^-23 as
 *       scikit-learn's {@code log_loss} keeps a float32. Where the event has no such score from 0
 *       to 1, the image is left out, and {@link #logLossImages} says how many are in: any number in
 *       its place would be a guess, since the classes that are not given share an unknown rest. An
 *       event with all classes leaves none out.
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class EvaluationCounts {

  /** What still is a probability of 1, rounded. */
  static final float MAX_PROBABILITY = 1.00001f;

  /** The machine epsilon of float32, as numpy has it. */
  private static final float EPSILON = 0x1p-23f;

  private final CountingRules rules;
  private final int[] ks;
  private final long[] hits;
  private final ConfusionCounts confusion;
  private final CalibrationCounts calibration;
  private final ExactSum logLoss;
  private final NavigableMap<Rejected, Long> rejections = new TreeMap<>();
  private long images;
  private long logLossImages;

  /** A stage and a reason, in the order in which they are reported. */
  record Rejected(String stage, String reason) implements Comparable<Rejected> {

    private static final Comparator<Rejected> ORDER =
        Comparator.comparing(Rejected::stage).thenComparing(Rejected::reason);

    @Override
    public int compareTo(Rejected other) {
      return ORDER.compare(this, other);
    }
  }

  /** Counts of nothing yet. */
  public EvaluationCounts(CountingRules rules) {
    this.rules = rules;
    this.ks = rules.topK().stream().mapToInt(k -> k).toArray();
    this.hits = new long[ks.length];
    this.confusion = new ConfusionCounts(rules.classes());
    this.calibration = new CalibrationCounts(rules.calibrationBins());
    this.logLoss = new ExactSum();
  }

  /**
   * Counts one classified image. It allocates nothing, but for a larger table of confused pairs now
   * and then.
   *
   * @param label true class id
   * @param classIds the event's, best first
   * @param scores in the order of {@code classIds}
   * @throws IllegalArgumentException where the label or the best class is no class of the model, or
   *     the lists differ in length; nothing is counted then
   */
  public void add(int label, List<Integer> classIds, List<Float> scores) {
    int given = classIds.size();
    int predicted = given == 0 ? ConfusionCounts.NO_CLASS : classIds.get(0);
    if (!isClass(label) || (given > 0 && !isClass(predicted))) {
      throw new IllegalArgumentException(
          "label %d and best class %d must be from 0 to %d"
              .formatted(label, predicted, rules.classes() - 1));
    }
    if (scores.size() != given) {
      throw new IllegalArgumentException(
          "there must be a score for each class (got %d for %d)".formatted(scores.size(), given));
    }
    int rank = rankOf(label, classIds);
    for (int i = 0; i < ks.length; i++) {
      if (rank < ks[i] || ks[i] > rules.classes()) {
        hits[i]++;
      }
    }
    confusion.increment(label, predicted);
    if (given > 0) {
      float confidence = probability(scores.get(0));
      if (!Float.isNaN(confidence)) {
        calibration.add(confidence, rank == 0);
      }
    }
    if (rank < given) {
      float likelihood = probability(scores.get(rank));
      if (!Float.isNaN(likelihood)) {
        logLoss.add(-StrictMath.log(Math.min(Math.max(likelihood, EPSILON), 1 - EPSILON)));
        logLossImages++;
      }
    }
    images++;
  }

  private boolean isClass(int id) {
    return id >= 0 && id < rules.classes();
  }

  /** Index of the label in the list; {@link Integer#MAX_VALUE} where it is not there. */
  private static int rankOf(int label, List<Integer> classIds) {
    for (int i = 0; i < classIds.size(); i++) {
      if (classIds.get(i) == label) {
        return i;
      }
    }
    return Integer.MAX_VALUE;
  }

  /** The score as a probability; NaN where it is none. */
  private static float probability(float score) {
    return score >= 0 && score <= MAX_PROBABILITY ? Math.min(score, 1) : Float.NaN;
  }

  /**
   * Counts one rejection.
   *
   * @param stage the rejection's stage
   * @param reason the rejection's reason
   */
  public void addRejection(String stage, String reason) {
    rejections.merge(new Rejected(stage, reason), 1L, Math::addExact);
  }

  /**
   * Adds the counts of another part, which stay as they are.
   *
   * @throws IllegalArgumentException where they follow other rules
   */
  public void merge(EvaluationCounts other) {
    requireSame(other.rules);
    images = Math.addExact(images, other.images);
    for (int i = 0; i < hits.length; i++) {
      hits[i] += other.hits[i];
    }
    confusion.add(other.confusion);
    calibration.add(other.calibration);
    logLoss.add(other.logLoss);
    logLossImages += other.logLossImages;
    other.rejections.forEach((why, count) -> rejections.merge(why, count, Math::addExact));
  }

  /** The form in which they lie in Flink's state. */
  public EvaluationState toState() {
    EvaluationState state = new EvaluationState();
    state.setClasses(rules.classes());
    state.setTopK(rules.topK());
    state.setTopKHits(Arrays.stream(hits).boxed().toList());
    state.setImages(images);
    state.setConfusion(ByteBuffer.wrap(confusion.toBytes()));
    state.setCalibration(calibration.toState());
    state.setLogLossImages(logLossImages);
    state.setLogLossSum(logLoss.toBytes());
    List<RejectionCount> rejected = new ArrayList<>(rejections.size());
    rejections.forEach(
        (why, count) -> rejected.add(new RejectionCount(why.stage(), why.reason(), count)));
    state.setRejections(rejected);
    return state;
  }

  /**
   * The counts whose {@link #toState} this is.
   *
   * @throws IllegalArgumentException where no counts have this form
   */
  public static EvaluationCounts of(EvaluationState state) {
    EvaluationCounts counts = new EvaluationCounts(rulesOf(state));
    counts.merge(state);
    return counts;
  }

  /** The rules that the state follows. */
  static CountingRules rulesOf(EvaluationState state) {
    return new CountingRules(state.getClasses(), state.getTopK(), state.getCalibration().size());
  }

  private void requireSame(CountingRules others) {
    if (!rules.equals(others)) {
      throw new IllegalArgumentException(
          "counts by %s can't be merged with counts by %s".formatted(rules, others));
    }
  }

  /**
   * Adds the counts of another part, in the form of {@link #toState}: as {@link #of} and {@link
   * #merge(EvaluationCounts)}, but without a table of its own for them.
   *
   * @throws IllegalArgumentException where no counts have this form, or they follow other rules;
   *     these counts are of no use then
   */
  void merge(EvaluationState part) {
    requireSame(rulesOf(part));
    long pairs = confusion.add(part.getConfusion());
    CalibrationCounts calibrated = CalibrationCounts.of(part.getCalibration());
    requireTogether(part, pairs, calibrated.images());
    calibration.add(calibrated);
    logLoss.add(ExactSum.of(part.getLogLossSum()));
    logLossImages += part.getLogLossImages();
    images = Math.addExact(images, part.getImages());
    for (int i = 0; i < hits.length; i++) {
      hits[i] += part.getTopKHits().get(i);
    }
    Map<Rejected, Long> rejected = new TreeMap<>();
    for (RejectionCount each : part.getRejections()) {
      Rejected why = new Rejected(each.getStage(), each.getReason());
      if (each.getCount() < 1 || rejected.put(why, each.getCount()) != null) {
        throw new IllegalArgumentException("rejections twice, or less than 1: " + each);
      }
    }
    rejected.forEach((why, count) -> rejections.merge(why, count, Math::addExact));
  }

  private void requireTogether(EvaluationState part, long pairs, long calibrated) {
    long of = part.getImages();
    List<Long> partHits = part.getTopKHits();
    if (partHits.size() != hits.length) {
      throw new IllegalArgumentException(
          "%d top-k hits for %s".formatted(partHits.size(), rules.topK()));
    }
    if (pairs != of
        || calibrated > of
        || part.getLogLossImages() < 0
        || part.getLogLossImages() > of
        || partHits.stream().anyMatch(hit -> hit < 0 || hit > of)) {
      throw new IllegalArgumentException(
          "counts of %d images do not fit together: %d confused or not, %d calibrated, %d with a log loss, hits %s"
              .formatted(of, pairs, calibrated, part.getLogLossImages(), partHits));
    }
  }

  /** What is counted. */
  public CountingRules rules() {
    return rules;
  }

  /** Classified images that were counted. */
  public long images() {
    return images;
  }

  /** Whether nothing was counted, no rejection either. */
  boolean isEmpty() {
    return images == 0 && rejections.isEmpty();
  }

  /** Hits of the i-th k of the rules. */
  long hits(int i) {
    return hits[i];
  }

  ConfusionCounts confusion() {
    return confusion;
  }

  CalibrationCounts calibration() {
    return calibration;
  }

  long logLossImages() {
    return logLossImages;
  }

  ExactSum logLoss() {
    return logLoss;
  }

  Map<Rejected, Long> rejections() {
    return rejections;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EvaluationCounts that
        && rules.equals(that.rules)
        && images == that.images
        && logLossImages == that.logLossImages
        && Arrays.equals(hits, that.hits)
        && confusion.equals(that.confusion)
        && calibration.equals(that.calibration)
        && logLoss.equals(that.logLoss)
        && rejections.equals(that.rejections);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(images) + confusion.hashCode()) + logLoss.hashCode();
  }

  @Override
  public String toString() {
    return "EvaluationCounts[%d images, %d pairs, %d rejections]"
        .formatted(
            images,
            confusion.size(),
            rejections.values().stream().mapToLong(Long::longValue).sum());
  }
}
