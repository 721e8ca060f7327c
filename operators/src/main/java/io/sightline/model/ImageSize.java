// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Width and height in pixels. */
record ImageSize(int width, int height) {

  static ImageSize square(int side) {
    return new ImageSize(side, side);
  }

  /** One side, or a list of width and height; null after a problem. */
  static @Nullable ImageSize read(YamlValue value) {
    if (!value.isList()) {
      Integer side = value.side();
      return side == null ? null : square(side);
    }
    List<YamlValue> items = value.items();
    if (items == null || items.size() != 2) {
      value.problem("must be one side, or a list of width and height");
      return null;
    }
    Integer width = items.get(0).side();
    Integer height = items.get(1).side();
    return width == null || height == null ? null : new ImageSize(width, height);
  }

  @Override
  public String toString() {
    return width + " x " + height;
  }
}
