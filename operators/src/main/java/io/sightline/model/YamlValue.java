// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.sightline.config.Problems;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One value of a YAML or JSON file, with its place in the file. Its readers answer null where the
 * value is not what was asked for, after they added a problem that names file, line and key.
 *
 * <p>Nothing is constructed from the file: only its tree of nodes is read, so a label {@code no} or
 * {@code 1.50} stays the text that it is, and no tag can name a class.
 */
final class YamlValue {

  private static final int MAX_BYTES = 16 << 20;
  private static final int MAX_NESTING = 16;
  private static final int MAX_ALIASES = 16;
  private static final int MAX_ECHO = 60;
  private static final int MAX_SIDE = 16_384;

  private static final String NUMBER =
      "[+-]?(?:\\d{1,40}(?:\\.\\d{0,40})?|\\.\\d{1,40})(?:[eE][+-]?\\d{1,5})?";
  private static final Pattern NUMBER_OR_QUOTIENT =
      Pattern.compile("(" + NUMBER + ")(?:\\s*/\\s*(" + NUMBER + "))?");
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");

  private final Node node;
  private final String file;
  private final String key;
  private final Problems problems;

  /** Kept, so that a problem is added once however often they are asked for. */
  private @Nullable Map<String, YamlValue> fields;

  private boolean fieldsRead;

  private YamlValue(Node node, String file, String key, Problems problems) {
    this.node = node;
    this.file = file;
    this.key = key;
    this.problems = problems;
  }

  /**
   * The root of a file, JSON if its name ends in {@code .json}, else YAML; null, after a problem,
   * where it can't be read, parsed or is empty.
   */
  static @Nullable YamlValue read(Path path, Problems problems) {
    String file = String.valueOf(path.getFileName());
    boolean json = file.endsWith(".json");
    try {
      long size = Files.size(path);
      if (size > MAX_BYTES) {
        problems.add("%s must not exceed %d bytes (has %d)".formatted(file, MAX_BYTES, size));
        return null;
      }
      var decoder =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
      String text = decoder.decode(ByteBuffer.wrap(Files.readAllBytes(path))).toString();
      Node root = json ? json(text, file, problems) : yaml(text, file, problems);
      return root == null ? null : new YamlValue(root, file, "", problems);
    } catch (IOException e) {
      problems.add("%s can't be read as UTF-8 text: %s".formatted(file, e));
      return null;
    }
  }

  private static @Nullable Node yaml(String text, String file, Problems problems) {
    try {
      Node root = new Yaml(limits()).compose(new StringReader(text));
      if (root == null) {
        problems.add(file + " is empty");
      }
      return root;
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String line = mark == null ? "" : ":" + (mark.getLine() + 1);
      problems.add("%s%s is not valid YAML: %s".formatted(file, line, e.getProblem()));
    } catch (YAMLException e) {
      problems.add("%s is not valid YAML: %s".formatted(file, firstLine(e.getMessage())));
    }
    return null;
  }

  private static @Nullable Node json(String text, String file, Problems problems) {
    try {
      Node root = JsonNodes.read(text, MAX_NESTING);
      if (root == null) {
        problems.add(file + " is empty");
      }
      return root;
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      String line = location == null ? "" : ":" + location.getLineNr();
      problems.add(
          "%s%s is not valid JSON: %s".formatted(file, line, firstLine(e.getOriginalMessage())));
    } catch (IOException e) {
      problems.add("%s is not valid JSON: %s".formatted(file, e.getMessage()));
    }
    return null;
  }

  private static LoaderOptions limits() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_BYTES);
    options.setNestingDepthLimit(MAX_NESTING);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    return options;
  }

  boolean isNull() {
    return node.getTag().equals(Tag.NULL);
  }

  boolean isMapping() {
    return node instanceof MappingNode;
  }

  boolean isList() {
    return node instanceof SequenceNode;
  }

  /** Adds a problem: file, line and key, then the fact. */
  void problem(String fact) {
    String where = "%s:%d".formatted(file, node.getStartMark().getLine() + 1);
    problems.add((key.isEmpty() ? where : where + " " + key) + " " + fact);
  }

  /** The fields of a mapping, in the file's order; of a repeated key the first. */
  @Nullable Map<String, YamlValue> fields() {
    if (!fieldsRead) {
      fieldsRead = true;
      fields = readFields();
    }
    return fields;
  }

  private @Nullable Map<String, YamlValue> readFields() {
    if (!(node instanceof MappingNode mapping)) {
      problem("must be a mapping (got " + describe() + ")");
      return null;
    }
    Map<String, YamlValue> fields = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        problem("has a key that is not text");
        continue;
      }
      String path = key.isEmpty() ? name.getValue() : key + "." + name.getValue();
      YamlValue field = new YamlValue(tuple.getValueNode(), file, path, problems);
      if (fields.putIfAbsent(name.getValue(), field) != null) {
        field.problem("is given twice");
      }
    }
    return fields;
  }

  @Nullable List<YamlValue> items() {
    if (!(node instanceof SequenceNode sequence)) {
      problem("must be a list (got " + describe() + ")");
      return null;
    }
    List<YamlValue> items = new ArrayList<>(sequence.getValue().size());
    for (Node item : sequence.getValue()) {
      items.add(new YamlValue(item, file, key + "[" + items.size() + "]", problems));
    }
    return items;
  }

  /**
   * The text of a scalar as the file has it, without its quotes; null and no problem if it is not
   * one.
   */
  @Nullable String textOrNull() {
    return node instanceof ScalarNode scalar && !isNull() ? scalar.getValue() : null;
  }

  @Nullable String text() {
    String text = textOrNull();
    if (text == null) {
      problem("must be text (got " + describe() + ")");
    }
    return text;
  }

  @Nullable Integer integer(int min, int max) {
    String text = textOrNull();
    if (text != null && INTEGER.matcher(text).matches() && text.length() <= 18) {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return (int) value;
      }
    }
    problem("must be an integer from %d to %d (got %s)".formatted(min, max, describe()));
    return null;
  }

  @Nullable Boolean bool() {
    if ("true".equalsIgnoreCase(textOrNull())) {
      return true;
    }
    if ("false".equalsIgnoreCase(textOrNull())) {
      return false;
    }
    problem("must be true or false (got " + describe() + ")");
    return null;
  }

  /** A number a channel; one number stands for all of them. */
  @Nullable List<Double> numbers(int channels) {
    if (!isList()) {
      Double number = number();
      return number == null ? null : Collections.nCopies(channels, number);
    }
    List<YamlValue> items = items();
    if (items == null || items.size() != channels) {
      problem(
          channels == 1
              ? "must be one number"
              : "must be one number, or a list of three: one a channel");
      return null;
    }
    List<Double> numbers = new ArrayList<>();
    for (YamlValue item : items) {
      Double number = item.number();
      if (number != null) {
        numbers.add(number);
      }
    }
    return numbers.size() == channels ? numbers : null;
  }

  /** A side of an image, in pixels. */
  @Nullable Integer side() {
    return integer(1, MAX_SIDE);
  }

  /** The field of a mapping; null where it is absent or null, which both take the default. */
  static @Nullable YamlValue given(Map<String, YamlValue> fields, String key) {
    YamlValue value = fields.get(key);
    return value == null || value.isNull() ? null : value;
  }

  /** True or false by a field, or else {@code absent}; null after a problem. */
  static @Nullable Boolean flag(Map<String, YamlValue> fields, String key, boolean absent) {
    YamlValue value = given(fields, key);
    return value == null ? Boolean.valueOf(absent) : value.bool();
  }

  /** Adds a problem for every field that is not known; false after one. */
  static boolean rejectUnknown(Map<String, YamlValue> fields, Set<String> known) {
    boolean sound = true;
    for (Map.Entry<String, YamlValue> field : fields.entrySet()) {
      if (!known.contains(field.getKey())) {
        field
            .getValue()
            .problem(
                "is not known here (known: "
                    + String.join(", ", known.stream().sorted().toList())
                    + ")");
        sound = false;
      }
    }
    return sound;
  }

  /** A finite number, written as such or as a quotient: {@code 1.0/255.0}. */
  @Nullable Double number() {
    String text = textOrNull();
    Matcher matcher = text == null ? null : NUMBER_OR_QUOTIENT.matcher(text.strip());
    if (matcher != null && matcher.matches()) {
      double value = Double.parseDouble(matcher.group(1));
      if (matcher.group(2) != null) {
        value /= Double.parseDouble(matcher.group(2));
      }
      if (Double.isFinite(value)) {
        return value;
      }
    }
    problem("must be a finite number (got " + describe() + ")");
    return null;
  }

  /** The value for a message. */
  String describe() {
    if (node instanceof ScalarNode scalar) {
      return isNull() ? "null" : "'" + abbreviate(scalar.getValue()) + "'";
    }
    return node instanceof MappingNode ? "a mapping" : "a list";
  }

  static String abbreviate(String text) {
    String line = firstLine(text);
    return line.length() <= MAX_ECHO ? line : line.substring(0, MAX_ECHO) + "...";
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
