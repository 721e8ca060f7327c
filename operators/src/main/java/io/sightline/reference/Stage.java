// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

/** Stages of an image's way at which it may be rejected, in the order in which it meets them. */
public enum Stage {
  PARSE("parse"),
  FETCH("fetch"),
  DECODE("decode"),
  INFERENCE("inference"),
  CLASSIFY("classify"),
  EVALUATE("evaluate");

  private final String label;

  Stage(String label) {
    this.label = label;
  }

  /** Name in rejections and metric labels. */
  public String label() {
    return label;
  }
}
