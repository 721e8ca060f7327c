// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.RowFormat;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the image input of a graph, and holds the preprocessing against it. */
final class InputChecks {

  private final String file;
  private final Problems problems;
  private final List<String> warnings;

  /** The sides that a graph gives to its image input; one that it leaves free is 0. */
  private record Sides(Layout layout, int batch, int channels, int height, int width) {

    static Sides of(Layout layout, int[] shape) {
      return layout == Layout.NCHW
          ? new Sides(layout, shape[0], shape[1], shape[2], shape[3])
          : new Sides(layout, shape[0], shape[3], shape[1], shape[2]);
    }
  }

  InputChecks(String file, Problems problems, List<String> warnings) {
    this.file = file;
    this.problems = problems;
    this.warnings = warnings;
  }

  /** Null after a problem, and where there is no preprocessing. */
  @Nullable ImageInput check(List<ValueInfoProto> inputs, GraphExpectations expected) {
    if (inputs.size() != 1) {
      problems.add(
          "%s must have one input, an image (has %d%s)"
              .formatted(
                  file, inputs.size(), inputs.isEmpty() ? "" : ": " + TensorTypes.names(inputs)));
      return null;
    }
    ValueInfoProto input = inputs.get(0);
    ElementType type = type(input);
    Sides sides = type == null ? null : sides(input);
    Preprocessing preprocessing = expected.preprocessing();
    if (type == null || sides == null || preprocessing == null) {
      return null;
    }
    String source = expected.preprocessingSource();
    boolean agrees = hasChannels(input, sides, preprocessing, source);
    agrees &= hasSides(input, sides, preprocessing, source);
    agrees &= type != ElementType.UINT8 || givesPixels(input, preprocessing, source);
    if (!agrees) {
      return null;
    }
    if (sides.batch() == 1) {
      warnings.add(
          "%s fixes the batch at 1, so every image is run by itself: that costs little on a CPU, and most of the speed of a GPU; export the graph with a free batch dimension"
              .formatted(file));
    }
    return new ImageInput(
        input.getName(),
        new RowFormat(sides.layout(), type),
        preprocessing.channels().count(),
        preprocessing.height(),
        preprocessing.width(),
        sides.batch());
  }

  private @Nullable ElementType type(ValueInfoProto input) {
    if (!input.getType().hasTensorType()) {
      problem(input, "must be a tensor");
      return null;
    }
    ElementType type = TensorTypes.elementType(input);
    if (type == null) {
      problem(
          input,
          "must be float32, float16 or uint8 (is %s): export the graph with a float32 input, a quantised one with its quantisation inside"
              .formatted(TensorTypes.typeName(input)));
    }
    return type;
  }

  private @Nullable Sides sides(ValueInfoProto input) {
    int rank = input.getType().getTensorType().getShape().getDimCount();
    if (rank != 4) {
      problem(
          input,
          "must have the shape [N, C, H, W] or [N, H, W, C] (has "
              + TensorTypes.shape(input)
              + ")");
      return null;
    }
    int[] shape = TensorTypes.sides(input);
    if (shape == null) {
      problem(input, "has an impossible dimension (" + TensorTypes.shape(input) + ")");
      return null;
    }
    Layout layout = layout(input, shape[1], shape[3]);
    if (layout == null) {
      problem(
          input,
          "must have 1 or 3 channels, [N, C, H, W] or [N, H, W, C] (has %s)"
              .formatted(TensorTypes.shape(input)));
      return null;
    }
    return Sides.of(layout, shape);
  }

  /**
   * Where the channels are, by what the second and the last dimension can be.
   *
   * @return null where neither can be channels
   */
  private @Nullable Layout layout(ValueInfoProto input, int second, int last) {
    boolean secondIsCount = second == 1 || second == 3;
    boolean lastIsCount = last == 1 || last == 3;
    if (secondIsCount != lastIsCount) {
      return secondIsCount ? Layout.NCHW : Layout.NHWC;
    }
    if (!secondIsCount && (second != 0 || last != 0)) {
      if (second != 0 && last != 0) {
        return null;
      }
      return second == 0 ? Layout.NCHW : Layout.NHWC;
    }
    if (isNamedChannels(input, 1)) {
      return Layout.NCHW;
    }
    if (isNamedChannels(input, 3)) {
      return Layout.NHWC;
    }
    warnings.add(
        "%s input '%s' has the shape %s, which does not say where the channels are: it is taken as [N, C, H, W]"
            .formatted(file, YamlValue.abbreviate(input.getName()), TensorTypes.shape(input)));
    return Layout.NCHW;
  }

  private static boolean isNamedChannels(ValueInfoProto input, int index) {
    return TensorTypes.dimensionName(input, index).toLowerCase(Locale.ROOT).contains("channel");
  }

  private boolean hasChannels(
      ValueInfoProto input, Sides sides, Preprocessing preprocessing, String source) {
    int channels = preprocessing.channels().count();
    boolean same = sides.channels() == 0 || sides.channels() == channels;
    if (!same) {
      problem(
          input,
          "takes %s, %s makes %s (%s)"
              .formatted(
                  channels(sides.channels()),
                  source,
                  channels(channels),
                  preprocessing.channels().name().toLowerCase(Locale.ROOT)));
    }
    return same;
  }

  private static String channels(int count) {
    return count == 1 ? "1 channel" : count + " channels";
  }

  private boolean hasSides(
      ValueInfoProto input, Sides sides, Preprocessing preprocessing, String source) {
    boolean height = sides.height() == 0 || sides.height() == preprocessing.height();
    boolean width = sides.width() == 0 || sides.width() == preprocessing.width();
    if (!height || !width) {
      problem(
          input,
          "takes images of %s x %s (width x height), %s make %d x %d"
              .formatted(
                  sides.width() == 0 ? "any" : sides.width(),
                  sides.height() == 0 ? "any" : sides.height(),
                  source,
                  preprocessing.width(),
                  preprocessing.height()));
    }
    return height && width;
  }

  private boolean givesPixels(ValueInfoProto input, Preprocessing preprocessing, String source) {
    boolean pixels =
        preprocessing.scale() == 1
            && preprocessing.mean().stream().allMatch(mean -> mean == 0)
            && preprocessing.std().stream().allMatch(std -> std == 1);
    if (!pixels) {
      problem(
          input,
          "is uint8 and takes the pixels themselves, 0..255, which %s would normalise (scale %s, mean %s, std %s): leave the normalisation out, or export the graph with a float32 input"
              .formatted(source, preprocessing.scale(), preprocessing.mean(), preprocessing.std()));
    }
    return pixels;
  }

  private void problem(ValueInfoProto input, String fact) {
    problems.add("%s input '%s' %s".formatted(file, YamlValue.abbreviate(input.getName()), fact));
  }
}
