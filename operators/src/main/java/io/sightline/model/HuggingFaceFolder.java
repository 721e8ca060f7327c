// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.model.ScoreOutput.Activation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A folder in Hugging Face's form: {@code model.onnx}, in the folder or in {@code onnx}; {@code
 * config.json} with the labels; and {@code preprocessor_config.json}, or timm's {@code
 * pretrained_cfg} in {@code config.json}.
 */
final class HuggingFaceFolder {

  static final String CONFIG = "config.json";

  private static final List<String> GRAPHS = List.of("model.onnx", "onnx/model.onnx");
  private static final String TIMM_PROCESSOR = "TimmWrapperImageProcessor";
  private static final int MAX_CLASSES = 1_000_000;

  private final Map<String, YamlValue> config;
  private final YamlValue root;
  private final List<String> warnings = new ArrayList<>();

  private HuggingFaceFolder(YamlValue root, Map<String, YamlValue> config) {
    this.root = root;
    this.config = config;
  }

  /** Whether a folder has files of this form. */
  static boolean matches(Path folder) {
    return GRAPHS.stream().anyMatch(graph -> Files.isRegularFile(folder.resolve(graph)))
        || Files.isRegularFile(folder.resolve(ProcessorConfig.FILE));
  }

  /** Null where a file is missing or no mapping, after a problem. */
  static @Nullable FolderContents read(Path folder, Problems problems) {
    String graph =
        GRAPHS.stream()
            .filter(file -> Files.isRegularFile(folder.resolve(file)))
            .findFirst()
            .orElse(null);
    if (graph == null) {
      problems.add(
          "has no %s: export the model to ONNX (`optimum-cli export onnx`), or name another file in %s"
              .formatted(String.join(" and no ", GRAPHS), PlainFolder.FILE));
    }
    Path configFile = folder.resolve(CONFIG);
    if (!Files.isRegularFile(configFile)) {
      problems.add("has no %s, which holds the labels (id2label)".formatted(CONFIG));
    }
    Path processorFile = folder.resolve(ProcessorConfig.FILE);
    YamlValue processor =
        Files.isRegularFile(processorFile) ? YamlValue.read(processorFile, problems) : null;
    YamlValue root = Files.isRegularFile(configFile) ? YamlValue.read(configFile, problems) : null;
    Map<String, YamlValue> config = root == null ? null : root.fields();
    if (root == null || config == null) {
      return null;
    }
    HuggingFaceFolder reader = new HuggingFaceFolder(root, config);
    return reader.contents(graph, processor, Files.isRegularFile(processorFile));
  }

  private @Nullable FolderContents contents(
      @Nullable String graph, @Nullable YamlValue processor, boolean hasProcessor) {
    Map<String, YamlValue> fields = processor == null ? null : processor.fields();
    YamlValue timm = YamlValue.given(config, "pretrained_cfg");
    YamlValue type = fields == null ? null : ProcessorConfig.type(fields);
    boolean byTimm = timm != null && (!hasProcessor || TIMM_PROCESSOR.equals(text(type)));
    List<Preprocessing> preprocessings = List.of();
    if (timm != null && byTimm) {
      preprocessings = TimmConfig.read(timm);
    } else if (processor != null && fields != null) {
      Integer channels = channels();
      Preprocessing read =
          channels == null
              ? null
              : ProcessorConfig.read(
                  processor, fields, text(config.get("model_type")), channels, warnings);
      preprocessings = read == null ? List.of() : List.of(read);
    } else if (!hasProcessor) {
      root.problem(
          "has no pretrained_cfg, and the folder no %s: nothing says how images are preprocessed"
              .formatted(ProcessorConfig.FILE));
    }
    List<String> labels = labels(timm);
    Activation activation = activation();
    if (graph == null) {
      return null;
    }
    return new FolderContents(
        graph,
        null,
        preprocessings,
        byTimm ? CONFIG + " pretrained_cfg" : ProcessorConfig.FILE,
        labels,
        CONFIG,
        null,
        null,
        activation,
        warnings);
  }

  private @Nullable Integer channels() {
    YamlValue value = YamlValue.given(config, "num_channels");
    Integer channels = value == null ? Integer.valueOf(3) : value.integer(1, 3);
    if (value != null && channels != null && channels == 2) {
      value.problem("must be 1 or 3 (got 2)");
      return null;
    }
    return channels;
  }

  /** What the type of the problem asks for; null where it is not said, and after a problem. */
  private @Nullable Activation activation() {
    YamlValue value = YamlValue.given(config, "problem_type");
    String type = value == null ? null : value.text();
    if (value == null || type == null) {
      return null;
    }
    return switch (type) {
      case "single_label_classification" -> null;
      case "multi_label_classification" -> Activation.SIGMOID;
      default -> {
        value.problem(
            "must be single_label_classification or multi_label_classification (got "
                + value.describe()
                + ")");
        yield null;
      }
    };
  }

  private @Nullable List<String> labels(@Nullable YamlValue timm) {
    YamlValue ids = YamlValue.given(config, "id2label");
    if (ids != null) {
      return byId(ids);
    }
    Map<String, YamlValue> pretrained = timm == null || !timm.isMapping() ? null : timm.fields();
    for (Map<String, YamlValue> fields :
        pretrained == null ? List.of(config) : List.of(config, pretrained)) {
      YamlValue names = YamlValue.given(fields, "label_names");
      if (names != null) {
        return names.isMapping() ? byId(names) : Labels.list(names);
      }
    }
    for (Map<String, YamlValue> fields :
        pretrained == null ? List.of(config) : List.of(config, pretrained)) {
      for (String key : List.of("num_labels", "num_classes")) {
        YamlValue count = YamlValue.given(fields, key);
        if (count != null) {
          Integer classes = count.integer(1, MAX_CLASSES);
          return classes == null ? null : numbered(classes);
        }
      }
    }
    root.problem("has no id2label and no label_names: nothing says which classes there are");
    return null;
  }

  /** The names that transformers gives to classes without one. */
  private List<String> numbered(int classes) {
    warnings.add(
        "%s names no classes (id2label, label_names): they are called LABEL_0 to LABEL_%d"
            .formatted(CONFIG, classes - 1));
    List<String> labels = new ArrayList<>(classes);
    for (int id = 0; id < classes; id++) {
      labels.add("LABEL_" + id);
    }
    return labels;
  }

  private static @Nullable List<String> byId(YamlValue mapping) {
    Map<String, YamlValue> fields = mapping.fields();
    return fields == null ? null : Labels.byId(mapping, fields);
  }

  private static @Nullable String text(@Nullable YamlValue value) {
    return value == null ? null : value.textOrNull();
  }
}
