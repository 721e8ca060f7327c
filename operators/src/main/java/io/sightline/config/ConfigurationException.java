// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says that a configuration can't be run, with every problem that it has. */
public final class ConfigurationException extends Exception {

  private final List<String> problems;

  /**
   * @param problems at least one
   */
  public ConfigurationException(List<String> problems) {
    this(problems, null);
  }

  /**
   * @param problems at least one
   * @param cause null where it is known by the problems alone
   */
  public ConfigurationException(List<String> problems, @Nullable Throwable cause) {
    super(String.join("\n", problems), cause);
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
