// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import java.util.List;

/**
 * What was found out about a model on labelled images. Immutable.
 *
 * @param images that were run; those that were rejected are not among them
 * @param rejected images that could not be run as configured
 * @param top1 images whose best class is right as configured
 * @param top5 images whose class is among the best five as configured
 * @param meanConfidence mean score of the best class
 * @param findings what is wrong, the most important first; empty where nothing was found
 * @param tried all that was tried on all images, the best first
 * @param changes number of single changes that were tried
 * @param pairs number of pairs of changes that were tried
 * @param notes what one should know besides, a sentence each
 */
public record Diagnosis(
    int images,
    int rejected,
    int top1,
    int top5,
    double meanConfidence,
    List<Finding> findings,
    List<Tried> tried,
    int changes,
    int pairs,
    List<String> notes) {

  public Diagnosis {
    findings = List.copyOf(findings);
    tried = List.copyOf(tried);
    notes = List.copyOf(notes);
  }

  /**
   * A change that was tried, whether or not it is a finding. Immutable.
   *
   * @param title says what was changed
   */
  public record Tried(List<Cause> causes, String title, Comparison comparison) {

    public Tried {
      causes = List.copyOf(causes);
    }
  }
}
