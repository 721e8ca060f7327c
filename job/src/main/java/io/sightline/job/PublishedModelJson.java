// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.model.Catalogue;
import io.sightline.model.PublishedModel;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model of the catalogue as a tree for {@link JsonOutput}. */
final class PublishedModelJson {

  private PublishedModelJson() {}

  static Map<String, Object> of(PublishedModel model) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", model.name());
    tree.put("family", model.family());
    tree.put("description", Catalogue.families().get(model.family()));
    tree.put("core", model.core());
    tree.put("top1", model.top1());
    tree.put("gpu_ms", model.times().gpu());
    tree.put("gpu_fast_ms", model.times().gpuFast());
    tree.put("cpu_ms", model.times().cpu());
    tree.put("cpu_fast_ms", model.times().cpuFast());
    tree.put("size_mb", model.megabytes());
    tree.put("input_size", model.inputSize());
    tree.put("classes", model.classes());
    tree.put("top_k", model.topK());
    tree.put("preprocessing", PreprocessingJson.of(model.preprocessing()));
    if (model.wasExportedOtherwise()) {
      tree.put("older_preprocessing", PreprocessingJson.of(model.olderPreprocessing()));
    }
    tree.put("inference_url", model.inferenceUrl());
    tree.put("training_url", model.trainingUrl());
    return tree;
  }
}
