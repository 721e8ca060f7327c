// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the form of a model's folder by the files in it. */
final class FolderForm {

  private FolderForm() {}

  /**
   * Reads a folder's files beside the graph. What a user wrote for Sightline comes before what an
   * exporter left.
   *
   * @param dir the folder's name in messages
   * @return null, after a problem, where there is no graph to look at
   */
  static @Nullable FolderContents read(Path folder, String dir, Problems problems)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      problems.add(Files.exists(folder) ? "is not a folder" : "does not exist");
      return null;
    }
    if (PlainFolder.matches(folder)) {
      return PlainFolder.read(folder, problems);
    }
    if (PaddlexFolder.matches(folder)) {
      return PaddlexFolder.read(folder, dir, problems);
    }
    if (HuggingFaceFolder.matches(folder)) {
      return HuggingFaceFolder.read(folder, problems);
    }
    problems.add(
        "holds no model in a form that is known here: PaddleX's has inference.onnx and %s, Hugging Face's model.onnx, %s and %s, and the plain one any graph and %s"
            .formatted(
                InferenceYaml.FILE,
                ProcessorConfig.FILE,
                HuggingFaceFolder.CONFIG,
                PlainFolder.FILE));
    return null;
  }

  /** The name of a folder's form, by its files; null where it is none that is known. */
  static @Nullable String name(Path folder) throws IOException {
    if (PlainFolder.matches(folder)) {
      return "plain, with " + PlainFolder.FILE;
    }
    if (PaddlexFolder.matches(folder)) {
      return "PaddleX's";
    }
    return HuggingFaceFolder.matches(folder) ? "Hugging Face's" : null;
  }
}
