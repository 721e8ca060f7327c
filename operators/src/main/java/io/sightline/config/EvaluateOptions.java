// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code evaluate.*} options that say what is measured. */
public final class EvaluateOptions {

  public static final ConfigOption<List<String>> TOP_K =
      ConfigOptions.key("evaluate.top-k")
          .stringType()
          .asList()
          .defaultValues("1", "5")
          .withDescription(
              "Every k whose top-k accuracy is reported. classify.top-k must be at least the largest."
                  + " With fewer classes than k every image is a hit, as PaddleX counts it.");

  public static final ConfigOption<Integer> CALIBRATION_BINS =
      ConfigOptions.key("evaluate.calibration-bins")
          .intType()
          .defaultValue(15)
          .withDescription(
              "Bins of equal width by which confidence is compared with accuracy, from 1 to 1000.");

  public static final ConfigOption<Integer> CONFUSED_PAIRS =
      ConfigOptions.key("evaluate.confused-pairs")
          .intType()
          .defaultValue(50)
          .withDescription("How many of the most confused pairs of classes a report has.");

  /**
   * Classes an event carries where {@code classify.top-k} is not set. The negative log likelihood
   * needs the score of the label: models of up to 100 classes have it for every image then, and an
   * event of a larger one stays below some KiB.
   */
  private static final int EVENT_CLASSES = 100;

  private static final int MAX_BINS = 1000;

  private EvaluateOptions() {}

  static EvaluateSettings read(OptionReader options) {
    int bins = options.atLeast(CALIBRATION_BINS, 1);
    if (bins > MAX_BINS) {
      options.invalid(CALIBRATION_BINS, "must be at most " + MAX_BINS);
      bins = CALIBRATION_BINS.defaultValue();
    }
    return new EvaluateSettings(topK(options), bins, options.atLeast(CONFUSED_PAIRS, 0));
  }

  private static List<Integer> topK(OptionReader options) {
    TreeSet<Integer> ks = new TreeSet<>();
    for (String text : options.list(TOP_K)) {
      if (!text.matches("[1-9][0-9]{0,5}")) {
        options.invalid(TOP_K, "must be a list of whole numbers from 1 to 999999");
        return List.of(1, 5);
      }
      ks.add(Integer.valueOf(text));
    }
    return new ArrayList<>(ks);
  }

  /** Reads {@code classify.top-k}, which must have room for every k. */
  static int eventClasses(OptionReader options, EvaluateSettings evaluate) {
    int largest = evaluate.largestK();
    if (!options.has(ClassifyOptions.TOP_K)) {
      return options.orDerived(
          ClassifyOptions.TOP_K, Math.max(EVENT_CLASSES, largest), TOP_K.key());
    }
    int given = options.atLeast(ClassifyOptions.TOP_K, 1);
    if (given < largest) {
      options.invalid(
          ClassifyOptions.TOP_K,
          "must be at least %d, the largest of %s: raise it, or leave that k out"
              .formatted(largest, TOP_K.key()));
    }
    return given;
  }
}
