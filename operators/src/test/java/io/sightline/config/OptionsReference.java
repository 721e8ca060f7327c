// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import io.sightline.config.OptionCatalog.KnownOption;
import java.lang.reflect.ParameterizedType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;

/** Writes the reference of all options, by stage, as Markdown. */
final class OptionsReference {

  private static final String HEAD =
      """
      # Options

      Every option of the jobs, by stage; `evaluate.*` are of the evaluate job alone, `retries.*` of the
      classify job, and every other one is of both. This file is generated from the options in the code (`OptionsReferenceTest` says
      how) and must not be edited.

      A configuration is a YAML file (`classify.yaml` and `evaluate.yaml` are examples), then `--set KEY=VALUE`, then
      flags; the later wins. Durations are written as `20 ms`, `5 s`, `1 min`; sizes as `640 kb`,
      `32 mb` (1 mb is 1024 x 1024 bytes); lists as `[a, b]` or `a, b`. `${env:NAME}` and
      `${file:/path}` stand for secrets, which are never printed. Flink's own options
      (`execution.*`, `pipeline.*`, `state.*`, `parallelism.default` ...) may stand in the same file.
      Unlike Flink's, the default of `execution.checkpointing.interval` is 10 s, that of
      `execution.checkpointing.timeout` 5 min, `pipeline.generic-types` is false and
      `pipeline.object-reuse` true. A job on a stream restarts with `exponential-delay`, from 1 s to
      1 min, for as long as it takes, where neither the configuration nor the cluster sets
      `restart-strategy.type`. What the cluster that a job is submitted to sets of checkpoints, and of
      `pipeline.object-reuse`, goes over these defaults.
      """;

  private static final Map<Class<?>, String> SIMPLE =
      Map.of(
          String.class, "text",
          Integer.class, "whole number",
          Long.class, "whole number",
          Float.class, "number",
          Boolean.class, "`true`, `false`",
          Duration.class, "duration",
          MemorySize.class, "size");

  private OptionsReference() {}

  static String markdown(OptionCatalog catalog) {
    StringBuilder out = new StringBuilder(HEAD);
    Class<?> stage = null;
    for (KnownOption known : catalog.options()) {
      if (known.stage() != stage) {
        stage = known.stage();
        String title =
            stage
                .getSimpleName()
                .replace("Options", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
        out.append("\n## ").append(title).append("\n\n");
        out.append("| Option | Type | Default | Description |\n|---|---|---|---|\n");
      }
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(key(known), type(known), byDefault(known), description(known.option())));
    }
    return out.toString();
  }

  static String description(ConfigOption<?> option) {
    return new HtmlFormatter().format(option.description()).strip();
  }

  private static String key(KnownOption known) {
    return known.isPrefix() ? known.option().key() + ".KEY" : known.option().key();
  }

  private static String type(KnownOption known) {
    if (known.type() instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class ? "list" : "text each";
    }
    Class<?> type = (Class<?>) known.type();
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> "`" + constant + "`")
          .collect(Collectors.joining(", "));
    }
    return SIMPLE.get(type);
  }

  private static String byDefault(KnownOption known) {
    Object value = known.option().defaultValue();
    return value == null || known.isPrefix() ? "" : "`" + OptionTypes.text(value) + "`";
  }
}
