// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import io.sightline.model.ScoreOutput.Activation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a model's folder say beside its graph, whatever the form. A part that has a
 * problem is null or empty.
 *
 * @param graphFile the graph's file, relative to the folder
 * @param modelName null where the files give no name
 * @param preprocessings in the order of preference: the first whose sides the graph takes is used
 * @param preprocessingPlace where it is written, for messages
 * @param labels in the order of class ids
 * @param labelsPlace where they are written, for messages
 * @param input the graph's image input, where the files name it
 * @param output the graph's output with the scores, where the files name it
 * @param activation what makes scores of the graph's answers, where the files say so
 * @param warnings a sentence each
 */
record FolderContents(
    String graphFile,
    @Nullable String modelName,
    List<Preprocessing> preprocessings,
    String preprocessingPlace,
    @Nullable List<String> labels,
    String labelsPlace,
    @Nullable String input,
    @Nullable String output,
    @Nullable Activation activation,
    List<String> warnings) {

  FolderContents {
    preprocessings = List.copyOf(preprocessings);
    labels = labels == null ? null : List.copyOf(labels);
    warnings = List.copyOf(warnings);
  }

  /** The same with another preprocessing. */
  FolderContents with(Preprocessing preprocessing, String place) {
    return new FolderContents(
        graphFile,
        modelName,
        List.of(preprocessing),
        place,
        labels,
        labelsPlace,
        input,
        output,
        activation,
        warnings);
  }
}
