// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

/** A kind of mistake that lowers a model's accuracy, or what its scores are worth. */
public enum Cause {
  CHANNEL_ORDER("channel order"),
  NORMALIZATION("scale, mean and std"),
  RESIZE("resize and crop"),
  INTERPOLATION("interpolation"),
  EXIF_ORIENTATION("EXIF orientation"),
  /** The graph's outputs stand for other classes than the data set's class ids. */
  LABEL_ORDER("order of the classes"),
  /** The class ids agree, and the names that the model's folder gives them are wrong. */
  LABEL_NAMES("names of the classes"),
  /** The scores are none: softmax is missing, or was applied twice. */
  SOFTMAX("softmax");

  private final String label;

  Cause(String label) {
    this.label = label;
  }

  /** What a person reads. */
  public String label() {
    return label;
  }
}
