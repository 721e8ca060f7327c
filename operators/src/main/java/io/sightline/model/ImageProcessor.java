// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One of the image processors of Hugging Face's transformers: what it does, and what it takes for a
 * key that is left out. A default that is null must be given.
 *
 * @param name of its class, without {@code ImageProcessor}
 * @param modelTypes the {@code model_type}s that use it where a file names no processor
 * @param size "256" for the short side, "224x224" for both
 * @param oneNumber what a {@code size} of one number means: "short" or "both"
 * @param resample Pillow's code
 * @param centerCrop "true", "false", or "never" where it has no centre crop in every release
 * @param cropPct 0 where it has none
 */
record ImageProcessor(
    String name,
    List<String> modelTypes,
    Rule rule,
    @Nullable String size,
    @Nullable String oneNumber,
    @Nullable Integer resample,
    @Nullable String centerCrop,
    @Nullable Integer cropSize,
    double cropPct,
    boolean normalizes,
    boolean flipsChannels,
    List<Double> mean,
    List<Double> std) {

  /** What becomes of {@code size}, and of the values. */
  enum Rule {
    /** Resized to {@code size}, then cropped to {@code crop_size}. */
    PLAIN,
    /**
     * A short side below 384 becomes {@code int(short / crop_pct)}, and the centre of {@code short}
     * is cropped; from 384 on both sides become {@code short}.
     */
    CONVNEXT,
    /** A short side becomes {@code int(256 / 224 * short)}. */
    LEVIT,
    /** A side becomes {@code int(side / crop_pct)}, unless {@code crop_pct} is null. */
    POOLFORMER,
    /**
     * 1 is taken from the scaled values if {@code rescale_offset}, and the normalised ones are
     * divided by the deviation again if {@code include_top}.
     */
    EFFICIENTNET
  }

  private static final String RESOURCE = "image-processors.csv";
  private static final String ENDING = "(FeatureExtractor|ImageProcessor(Fast|Pil)?)$";

  /** Null where no such processor is known; {@code type} is the name of its class. */
  static @Nullable ImageProcessor named(String type) {
    return Table.BY_NAME.get(type.replaceFirst(ENDING, ""));
  }

  /** The processor that a model of this type has by default; null where it is not known. */
  static @Nullable ImageProcessor ofModelType(String modelType) {
    return Table.BY_NAME.values().stream()
        .filter(processor -> processor.modelTypes.contains(modelType))
        .findFirst()
        .orElse(null);
  }

  /** All names, sorted. */
  static List<String> names() {
    return List.copyOf(Table.BY_NAME.keySet());
  }

  private static ImageProcessor parse(String line) {
    String[] cells = line.split(",", -1);
    String resample = cells[5];
    String cropSize = cells[7];
    return new ImageProcessor(
        cells[0],
        List.of(cells[1].split(" ", -1)),
        Rule.valueOf(cells[2].toUpperCase(Locale.ROOT)),
        orNull(cells[3]),
        orNull(cells[4]),
        resample.isEmpty() ? null : Integer.valueOf(resample),
        orNull(cells[6]),
        cropSize.isEmpty() ? null : Integer.valueOf(cropSize),
        cells[8].isEmpty() ? 0 : Double.parseDouble(cells[8]),
        Boolean.parseBoolean(cells[9]),
        Boolean.parseBoolean(cells[10]),
        numbers(cells[11]),
        numbers(cells[12]));
  }

  private static @Nullable String orNull(String cell) {
    return cell.isEmpty() ? null : cell;
  }

  private static List<Double> numbers(String cell) {
    return Stream.of(cell.split(" ", -1))
        .filter(number -> !number.isEmpty())
        .map(Double::valueOf)
        .toList();
  }

  /** Read when it is first asked for. */
  private static final class Table {

    static final Map<String, ImageProcessor> BY_NAME = read();

    private static Map<String, ImageProcessor> read() {
      InputStream in = ImageProcessor.class.getResourceAsStream(RESOURCE);
      if (in == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is not on the class path");
      }
      try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
        List<String> lines =
            new ArrayList<>(reader.lines().filter(line -> !line.startsWith("#")).toList());
        Map<String, ImageProcessor> processors = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
          ImageProcessor processor = parse(line);
          processors.put(processor.name(), processor);
        }
        return processors;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
