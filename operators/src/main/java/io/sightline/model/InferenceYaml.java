// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What PaddleX's {@code inference.yml} says about a classification model. A part that has a problem
 * is null. Sections that do not concern the model's answers, such as {@code Hpi}, are not read.
 */
record InferenceYaml(
    @Nullable String modelName,
    @Nullable Preprocessing preprocessing,
    @Nullable List<String> labels,
    List<String> warnings) {

  static final String FILE = "inference.yml";

  /** Null where the file holds no mapping at all. */
  static @Nullable InferenceYaml read(Path file, Problems problems) {
    YamlValue root = YamlValue.read(file, problems);
    Map<String, YamlValue> sections = root == null ? null : root.fields();
    if (root == null || sections == null) {
      return null;
    }
    List<String> warnings = new ArrayList<>();
    return new InferenceYaml(
        modelName(sections.get("Global")),
        preprocessing(root, sections.get("PreProcess"), warnings),
        labels(root, sections.get("PostProcess")),
        warnings);
  }

  private static @Nullable String modelName(@Nullable YamlValue global) {
    Map<String, YamlValue> fields = global == null || global.isNull() ? null : global.fields();
    YamlValue name = fields == null ? null : fields.get("model_name");
    if (name == null || name.isNull()) {
      return null;
    }
    String text = name.text();
    if (text != null && text.isBlank()) {
      name.problem("must not be blank");
      return null;
    }
    return text;
  }

  private static @Nullable Preprocessing preprocessing(
      YamlValue root, @Nullable YamlValue preProcess, List<String> warnings) {
    if (preProcess == null || preProcess.isNull()) {
      root.problem("has no PreProcess.transform_ops");
      return null;
    }
    Map<String, YamlValue> fields = preProcess.fields();
    if (fields == null) {
      return null;
    }
    YamlValue list = fields.get("transform_ops");
    if (list == null) {
      preProcess.problem("has no transform_ops");
      return null;
    }
    List<YamlValue> items = list.items();
    if (items == null) {
      return null;
    }
    Map<String, YamlValue> operations = new LinkedHashMap<>();
    boolean sound = true;
    for (YamlValue item : items) {
      Map<String, YamlValue> operation = item.fields();
      if (operation == null || operation.size() != 1) {
        if (operation != null) {
          item.problem("must hold one operation (got " + operation.keySet() + ")");
        }
        sound = false;
        continue;
      }
      Map.Entry<String, YamlValue> only = operation.entrySet().iterator().next();
      if (operations.putIfAbsent(only.getKey(), only.getValue()) != null) {
        only.getValue().problem("is a second " + only.getKey() + ": one is supported");
        sound = false;
      }
    }
    Preprocessing preprocessing = TransformOps.read(list, operations, warnings);
    return sound ? preprocessing : null;
  }

  private static @Nullable List<String> labels(YamlValue root, @Nullable YamlValue postProcess) {
    if (postProcess == null || postProcess.isNull()) {
      root.problem("has no PostProcess.Topk.label_list");
      return null;
    }
    Map<String, YamlValue> steps = postProcess.fields();
    if (steps == null) {
      return null;
    }
    for (Map.Entry<String, YamlValue> step : steps.entrySet()) {
      if (!step.getKey().equals("Topk")) {
        step.getValue().problem("is not supported: PostProcess may hold Topk alone");
      }
    }
    YamlValue topk = steps.get("Topk");
    if (topk == null || topk.isNull()) {
      postProcess.problem("has no Topk.label_list");
      return null;
    }
    Map<String, YamlValue> fields = topk.fields();
    if (fields == null) {
      return null;
    }
    YamlValue.rejectUnknown(fields, Set.of("topk", "label_list", "class_id_map_file"));
    YamlValue k = fields.get("topk");
    if (k != null && !k.isNull()) {
      k.integer(1, Integer.MAX_VALUE);
    }
    YamlValue list = fields.get("label_list");
    if (list == null || list.isNull()) {
      YamlValue mapFile = fields.get("class_id_map_file");
      if (mapFile != null && !mapFile.isNull()) {
        mapFile.problem(
            "is not supported: write the names into label_list, one a class, in the order of their"
                + " ids");
      } else {
        topk.problem("has no label_list: one name a class, in the order of their ids");
      }
      return null;
    }
    return Labels.list(list);
  }
}
