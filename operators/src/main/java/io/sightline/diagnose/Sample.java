// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.dataset.LabelledImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * Draws images so that all classes are in every part of the sample: one of each class in turn, in
 * an order that a seed decides.
 */
final class Sample {

  private Sample() {}

  /**
   * The sample, in an order of which each beginning is itself a stratified sample.
   *
   * @param images with class ids
   */
  static List<LabelledImage> stratified(List<LabelledImage> images, int max, long seed) {
    Random random = new Random(seed);
    Map<Integer, List<LabelledImage>> byClass = new TreeMap<>();
    for (LabelledImage image : images) {
      byClass
          .computeIfAbsent(Objects.requireNonNull(image.classId()), id -> new ArrayList<>())
          .add(image);
    }
    List<List<LabelledImage>> classes = new ArrayList<>(byClass.values());
    classes.forEach(each -> Collections.shuffle(each, random));
    Collections.shuffle(classes, random);
    List<LabelledImage> sample = new ArrayList<>();
    for (int round = 0; sample.size() < Math.min(max, images.size()); round++) {
      for (List<LabelledImage> each : classes) {
        if (round < each.size() && sample.size() < max) {
          sample.add(each.get(round));
        }
      }
    }
    return sample;
  }
}
