// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.List;

/** Says that a configuration can't be run, with every problem that it has. */
public final class ConfigurationException extends Exception {

  private final List<String> problems;

  /**
   * @param problems at least one
   */
  public ConfigurationException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
