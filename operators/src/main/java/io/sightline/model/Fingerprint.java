// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The identity of a model: SHA-256, in lower-case hexadecimal, over a text in UTF-8 whose lines end
 * in {@code \n}.
 *
 * <pre>
 * sightline-model 1
 * graph LENGTH SHA256                         of the graph's file
 * external LENGTH SHA256 NAME_BYTES:NAME      a line for each external file, sorted by name
 * resize SHORT_SIDE WIDTH HEIGHT INTERPOLATION
 * rounding RULE                               where it is another than PaddleX's, HALF_EVEN
 * crop WIDTH HEIGHT
 * origin RULE                                 where it is another than PaddleX's, FLOOR
 * channels ORDER                              where they are others than RGB
 * scale BITS
 * mean BITS BITS BITS
 * std BITS BITS BITS
 * output NAME_BYTES:NAME                      where the graph has several outputs
 * activation FUNCTION                         where the graph's answers are no scores yet
 * labels COUNT
 * LABEL_BYTES:LABEL                           a line for each label, in the order of class ids
 * </pre>
 *
 * <p>The line of the resize is {@code resize none} where there is none. BITS are the 16 hexadecimal
 * digits of the double; lengths count bytes. Names and labels carry their lengths, so no two models
 * have the same text. The name of the model and the layout of its YAML do not count: they change no
 * answer.
 */
final class Fingerprint {

  private static final int BUFFER_BYTES = 1 << 16;

  private Fingerprint() {}

  static String of(
      Path graph,
      SortedMap<String, Path> externalFiles,
      Preprocessing preprocessing,
      ScoreOutput output,
      boolean severalOutputs,
      List<String> labels)
      throws IOException {
    StringBuilder text = new StringBuilder("sightline-model 1\n");
    text.append("graph ").append(lengthAndHash(graph)).append('\n');
    for (Map.Entry<String, Path> file : externalFiles.entrySet()) {
      text.append("external ").append(lengthAndHash(file.getValue())).append(' ');
      appendCounted(text, file.getKey());
    }
    Preprocessing.Resize resize = preprocessing.resize();
    if (resize == null) {
      text.append("resize none\n");
    } else {
      text.append(
          "resize %d %d %d %s\n"
              .formatted(
                  resize.shortSide(),
                  resize.width(),
                  resize.height(),
                  resize.interpolation().name()));
      if (resize.shortSide() > 0) {
        appendUnless(Preprocessing.Rounding.HALF_EVEN, "rounding", resize.rounding(), text);
      }
    }
    text.append("crop %d %d\n".formatted(preprocessing.width(), preprocessing.height()));
    appendUnless(Preprocessing.Origin.FLOOR, "origin", preprocessing.crop().origin(), text);
    appendUnless(Preprocessing.Channels.RGB, "channels", preprocessing.channels(), text);
    text.append("scale ").append(bits(preprocessing.scale())).append('\n');
    text.append("mean ").append(bits(preprocessing.mean())).append('\n');
    text.append("std ").append(bits(preprocessing.std())).append('\n');
    if (severalOutputs) {
      text.append("output ");
      appendCounted(text, output.name());
    }
    appendUnless(ScoreOutput.Activation.NONE, "activation", output.activation(), text);
    text.append("labels ").append(labels.size()).append('\n');
    labels.forEach(label -> appendCounted(text, label));
    return HexFormat.of()
        .formatHex(sha256().digest(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** Only what is not as it always was may add a line: so fingerprints of old stay as they are. */
  private static <E extends Enum<E>> void appendUnless(
      E classic, String key, E value, StringBuilder text) {
    if (value != classic) {
      text.append(key).append(' ').append(value.name()).append('\n');
    }
  }

  private static String lengthAndHash(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        length += read;
      }
    }
    return length + " " + HexFormat.of().formatHex(digest.digest());
  }

  private static void appendCounted(StringBuilder text, String value) {
    text.append(value.getBytes(StandardCharsets.UTF_8).length).append(':').append(value);
    text.append('\n');
  }

  private static String bits(List<Double> values) {
    return values.stream().map(Fingerprint::bits).collect(Collectors.joining(" "));
  }

  private static String bits(double value) {
    // 0.0 is added so that -0.0 and 0.0 are one.
    return HexFormat.of().toHexDigits(Double.doubleToLongBits(value + 0.0));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
