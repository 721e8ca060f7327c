// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads JSON as a tree of YAML's nodes, with their lines. A parser of YAML would not do: it refuses
 * the tabs and some of the escapes that JSON allows.
 */
final class JsonNodes {

  private static final int[] NO_TEXT = {};

  private final JsonParser json;

  private JsonNodes(JsonParser json) {
    this.json = json;
  }

  /**
   * Reads one value and nothing after it.
   *
   * @return null where the text holds none
   */
  static @Nullable Node read(String text, int maxNesting) throws IOException {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(maxNesting).build())
            .build();
    try (JsonParser json = factory.createParser(text)) {
      JsonToken first = json.nextToken();
      if (first == null) {
        return null;
      }
      Node root = new JsonNodes(json).value(first);
      if (json.nextToken() != null) {
        throw new IOException("something follows after the end of its value");
      }
      return root;
    }
  }

  private Node value(JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> mapping();
      case START_ARRAY -> sequence();
      case VALUE_NULL -> scalar(Tag.NULL);
      case VALUE_TRUE, VALUE_FALSE -> scalar(Tag.BOOL);
      case VALUE_NUMBER_INT -> scalar(Tag.INT);
      case VALUE_NUMBER_FLOAT -> scalar(Tag.FLOAT);
      case VALUE_STRING -> scalar(Tag.STR);
      default -> throw new IOException("unexpected " + token);
    };
  }

  private Node mapping() throws IOException {
    Mark start = mark();
    List<NodeTuple> fields = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_OBJECT; token = next()) {
      Node name = scalar(Tag.STR);
      fields.add(new NodeTuple(name, value(next())));
    }
    return new MappingNode(Tag.MAP, true, fields, start, mark(), FlowStyle.FLOW);
  }

  private Node sequence() throws IOException {
    Mark start = mark();
    List<Node> items = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      items.add(value(token));
    }
    return new SequenceNode(Tag.SEQ, true, items, start, mark(), FlowStyle.FLOW);
  }

  private Node scalar(Tag tag) throws IOException {
    Mark mark = mark();
    return new ScalarNode(tag, json.getText(), mark, mark, ScalarStyle.PLAIN);
  }

  private JsonToken next() throws IOException {
    JsonToken token = json.nextToken();
    if (token == null) {
      throw new IOException("it ends too early");
    }
    return token;
  }

  private Mark mark() {
    JsonLocation location = json.currentTokenLocation();
    return new Mark("json", 0, location.getLineNr() - 1, location.getColumnNr(), NO_TEXT, 0);
  }
}
