// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.util.List;

/** Texts as Python's {@code repr} writes them. */
final class PythonText {

  private PythonText() {}

  /** A list of texts: {@code ['tabby, tabby cat', "can't"]}. */
  static void appendList(StringBuilder out, List<String> texts) {
    out.append('[');
    for (int i = 0; i < texts.size(); i++) {
      out.append(i == 0 ? "" : ", ");
      append(out, texts.get(i));
    }
    out.append(']');
  }

  /**
   * A text in single quotes, or in double ones where it has single quotes alone; what can't be
   * printed is escaped.
   */
  static void append(StringBuilder out, String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints().forEach(point -> append(out, point, quote));
    out.append(quote);
  }

  private static void append(StringBuilder out, int point, char quote) {
    if (point == quote || point == '\\') {
      out.append('\\').append((char) point);
    } else if (point == '\n') {
      out.append("\\n");
    } else if (point == '\r') {
      out.append("\\r");
    } else if (point == '\t') {
      out.append("\\t");
    } else if (isPrintable(point)) {
      out.appendCodePoint(point);
    } else if (point < 0x100) {
      out.append("\\x%02x".formatted(point));
    } else if (point < 0x10000) {
      out.append("\\u%04x".formatted(point));
    } else {
      out.append("\\U%08x".formatted(point));
    }
  }

  /** By Python's rule: no separator but the space, and nothing of Unicode's category "other". */
  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> point == ' ';
      default -> true;
    };
  }
}
