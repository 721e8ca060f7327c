// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import java.util.List;

/**
 * Where images enter a graph and scores leave it.
 *
 * @param warnings what a user should know of this graph, a sentence each
 */
record GraphEnds(ImageInput input, ScoreOutput output, List<String> warnings) {

  GraphEnds {
    warnings = List.copyOf(warnings);
  }
}
