// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.Locale;

/** How the constants of an enum are written in a configuration: {@code exactly-once}. */
final class OptionNames {

  private OptionNames() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
