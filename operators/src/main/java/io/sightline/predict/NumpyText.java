// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.predict.ScoreText.Decimal;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Arrays of one dimension as numpy's {@code repr} writes them with its default print options, by
 * the rules of numpy 2: lines of 75 characters, 8 digits, a summary above 1000 elements.
 */
final class NumpyText {

  private static final int LINE_WIDTH = 75;
  private static final int SUMMARY_ABOVE = 1000;
  private static final int EDGE_ITEMS = 3;
  private static final String PREFIX = "array(";
  private static final String INDENT = " ".repeat(PREFIX.length());

  /** An element must leave room for a bracket, and for a comma or a bracket. */
  private static final int ELEMENT_WIDTH = LINE_WIDTH - 2;

  // All values are written with an exponent where one of them asks for it.
  private static final float EXPONENT_FROM = 1e6f;
  private static final float EXPONENT_BELOW = 1e-4f;
  private static final float EXPONENT_ABOVE_RATIO = 1000;

  /** Within so many digits, a float32 that is a shorter decimal number goes on with zeros. */
  private static final int ZEROS_WITHIN = 6;

  private NumpyText() {}

  /** An array of int32: {@code array([296, 170], dtype=int32)}. */
  static void appendInts(StringBuilder out, List<Integer> values) {
    List<String> words = new ArrayList<>(values.size());
    for (int value : shown(values)) {
      words.add(Integer.toString(value));
    }
    append(out, padded(words), values.size(), "int32");
  }

  /**
   * An array of float32: {@code array([0.62736, 0.0323 ], dtype=float32)}.
   *
   * @param values finite ones
   */
  static void appendFloats(StringBuilder out, List<Float> values) {
    List<Float> shown = shown(values);
    List<String> words = needExponent(shown) ? scientific(shown) : positional(shown);
    append(out, padded(words), values.size(), "float32");
  }

  private static <T> List<T> shown(List<T> values) {
    if (values.size() <= SUMMARY_ABOVE) {
      return values;
    }
    List<T> edges = new ArrayList<>(values.subList(0, EDGE_ITEMS));
    edges.addAll(values.subList(values.size() - EDGE_ITEMS, values.size()));
    return edges;
  }

  private static boolean needExponent(List<Float> values) {
    float most = 0;
    float least = Float.POSITIVE_INFINITY;
    for (float value : values) {
      if (value != 0) {
        most = Math.max(most, Math.abs(value));
        least = Math.min(least, Math.abs(value));
      }
    }
    return most > 0
        && (most >= EXPONENT_FROM || least < EXPONENT_BELOW || most / least > EXPONENT_ABOVE_RATIO);
  }

  private static List<String> positional(List<Float> values) {
    int decimals = 0;
    List<String> words = new ArrayList<>(values.size());
    for (float value : values) {
      Decimal decimal = ScoreText.shortest(value);
      decimals = Math.max(decimals, decimal.scale());
      StringBuilder word = new StringBuilder();
      decimal.appendPlain(word);
      words.add(word.append(decimal.scale() > 0 ? "" : ".").toString());
    }
    int width = decimals;
    words.replaceAll(word -> word + " ".repeat(width - (word.length() - word.indexOf('.') - 1)));
    return words;
  }

  private static List<String> scientific(List<Float> values) {
    List<Decimal> decimals = new ArrayList<>(values.size());
    int digits = 1;
    for (float value : values) {
      Decimal decimal = ScoreText.shortest(value);
      decimals.add(decimal);
      digits = Math.max(digits, decimal.digits().length());
    }
    List<String> words = new ArrayList<>(values.size());
    for (int i = 0; i < decimals.size(); i++) {
      StringBuilder word = new StringBuilder();
      withDigits(decimals.get(i), digits, values.get(i)).appendScientific(word, true);
      words.add(word.toString());
    }
    return words;
  }

  /** A number with more digits than it needs, which are those of the float32 itself. */
  private static Decimal withDigits(Decimal decimal, int digits, float value) {
    int missing = digits - decimal.digits().length();
    if (digits <= ZEROS_WITHIN || value == 0) {
      return padded(decimal, missing);
    }
    MathContext precision = new MathContext(digits, RoundingMode.HALF_EVEN);
    Decimal rounded =
        Decimal.of(decimal.negative(), new BigDecimal(Math.abs(value)).round(precision));
    return padded(rounded, digits - rounded.digits().length());
  }

  private static Decimal padded(Decimal decimal, int zeros) {
    return zeros == 0
        ? decimal
        : new Decimal(
            decimal.negative(), decimal.digits() + "0".repeat(zeros), decimal.scale() + zeros);
  }

  private static List<String> padded(List<String> words) {
    int width = words.stream().mapToInt(String::length).max().orElse(0);
    words.replaceAll(word -> " ".repeat(width - word.length()) + word);
    return words;
  }

  /**
   * @param words of the elements that are shown
   * @param size of the array
   */
  private static void append(StringBuilder out, List<String> words, int size, String type) {
    int start = out.length();
    out.append(PREFIX).append('[');
    int lineStart = start;
    int indented = PREFIX.length() + 1;
    boolean isSummary = words.size() < size;
    for (int i = 0; i < words.size(); i++) {
      if (isSummary && i == EDGE_ITEMS) {
        lineStart = breakBefore("...", out, lineStart, indented);
        out.append("..., ");
      }
      String word = words.get(i);
      lineStart = breakBefore(word, out, lineStart, indented);
      out.append(word).append(i == words.size() - 1 ? "" : ", ");
    }
    String extras = (isSummary ? "shape=(%d,), ".formatted(size) : "") + "dtype=" + type + ")";
    out.append("],");
    boolean fits = out.length() - lineStart + extras.length() + 1 <= LINE_WIDTH;
    out.append(fits ? " " : "\n" + INDENT).append(extras);
  }

  /** Begins a new line where a word does not fit; where the line begins then. */
  private static int breakBefore(String word, StringBuilder out, int lineStart, int indented) {
    int length = out.length() - lineStart;
    if (length + word.length() <= ELEMENT_WIDTH || length <= indented) {
      return lineStart;
    }
    out.setLength(out.length() - 1); // the space behind the comma
    out.append('\n');
    int start = out.length();
    out.append(INDENT).append(' ');
    return start;
  }
}
