// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong with a model's folder, options or data set, and what would mend it.
 * Immutable.
 *
 * @param causes one, or two that must be mended together
 * @param title a sentence that says what is wrong
 * @param remedies what to change, a sentence each, with the option or the key in the folder's file
 * @param comparison what it would gain; null where accuracy is not what is wrong
 * @param evidence figures besides the comparison; empty where there are none
 */
public record Finding(
    List<Cause> causes,
    String title,
    List<String> remedies,
    @Nullable Comparison comparison,
    String evidence) {

  public Finding {
    causes = List.copyOf(causes);
    remedies = List.copyOf(remedies);
  }
}
