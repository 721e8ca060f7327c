// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads a YAML file of options: dotted keys, nested maps, or both mixed. Values stay the text that
 * was written, so that each option reads its own type. Not thread-safe.
 */
final class YamlFile {

  private final Path file;
  private final Problems problems;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Deque<Node> open = new ArrayDeque<>();

  /**
   * A value and where it stands.
   *
   * @param parts one text, or the items of a list
   */
  record Entry(List<String> parts, boolean isList, String origin) {}

  private YamlFile(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The options of a file in its order. What can't be read is a problem. */
  static Map<String, Entry> read(Path file, Problems problems) {
    YamlFile yaml = new YamlFile(file, problems);
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      yaml.root(new Yaml(new SafeConstructor(new LoaderOptions())).compose(reader));
    } catch (NoSuchFileException e) {
      problems.add("The configuration file %s does not exist".formatted(file));
    } catch (IOException e) {
      problems.add(
          "The configuration file %s can't be read (%s)"
              .formatted(file, e.getClass().getSimpleName()));
    } catch (MarkedYAMLException e) {
      // The exception's own text quotes the line, which may hold a secret.
      problems.add(
          "%s is not YAML: %s"
              .formatted(
                  e.getProblemMark() == null
                      ? file
                      : file + ":" + (e.getProblemMark().getLine() + 1),
                  e.getProblem()));
    } catch (YAMLException e) {
      problems.add("%s is not YAML".formatted(file));
    }
    return yaml.entries;
  }

  private void root(@Nullable Node node) {
    if (node == null) {
      return;
    }
    if (node instanceof MappingNode map) {
      children("", map);
    } else {
      problems.add("%s must hold options as KEY: VALUE".formatted(at(node)));
    }
  }

  private void children(String prefix, MappingNode map) {
    if (open.contains(map)) {
      problems.add("%s refers to itself".formatted(at(map)));
      return;
    }
    open.push(map);
    for (NodeTuple tuple : map.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        value(prefix + key.getValue(), key, tuple.getValueNode());
      } else {
        problems.add("%s must be a key".formatted(at(tuple.getKeyNode())));
      }
    }
    open.pop();
  }

  private void value(String key, ScalarNode keyNode, Node node) {
    if (node instanceof MappingNode map) {
      children(key + ".", map);
    } else if (node instanceof SequenceNode list) {
      List<String> items = new ArrayList<>();
      for (Node item : list.getValue()) {
        if (item instanceof ScalarNode scalar) {
          items.add(scalar.getValue());
        } else {
          problems.add("%s: %s must be a list of plain values".formatted(at(item), key));
          return;
        }
      }
      put(key, new Entry(items, true, at(keyNode)));
    } else if (node instanceof ScalarNode scalar) {
      if (scalar.getTag().equals(Tag.NULL)) {
        problems.add("%s: %s has no value".formatted(at(keyNode), key));
      } else {
        put(key, new Entry(List.of(scalar.getValue()), false, at(keyNode)));
      }
    }
  }

  private void put(String key, Entry entry) {
    Entry before = entries.putIfAbsent(key, entry);
    if (before != null) {
      problems.add(
          "%s is set twice, at %s and at %s".formatted(key, before.origin(), entry.origin()));
    }
  }

  private String at(Node node) {
    return file + ":" + (node.getStartMark().getLine() + 1);
  }
}
