// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes what the demo needs: a model folder and a data set folder, both in PaddleX's form. */
final class DemoFolder {

  /** Images of each class that go into the data set folder. */
  static final int SAMPLES_A_CLASS = 40;

  private DemoFolder() {}

  /** Writes {@code inference.onnx} and {@code inference.yml}. */
  static void writeModel(Path folder, ModelProto model, List<String> labels) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("inference.onnx"), model.toByteArray());
    Files.writeString(folder.resolve("inference.yml"), inferenceYaml(labels));
  }

  /**
   * Writes the first images of each class, in their order in the data set: {@code images/*.png},
   * {@code val.txt} with a name and a class id a line, {@code label.txt} with the classes' names.
   */
  static void writeSamples(Path folder, LabelledImages images, List<String> labels)
      throws IOException {
    Files.createDirectories(folder.resolve("images"));
    int[] written = new int[labels.size()];
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < images.size(); i++) {
      int label = images.classOf(i);
      if (written[label] == SAMPLES_A_CLASS) {
        continue;
      }
      written[label]++;
      String name = "images/%05d-%s.png".formatted(i, slug(labels.get(label)));
      Files.write(folder.resolve(name), Png.encode(images.pixelsOf(i)));
      list.append(name).append(' ').append(label).append('\n');
    }
    Files.writeString(folder.resolve("val.txt"), list);
    Files.writeString(
        folder.resolve("label.txt"),
        IntStream.range(0, labels.size())
            .mapToObj(label -> label + " " + labels.get(label) + "\n")
            .collect(Collectors.joining()));
  }

  private static String slug(String label) {
    return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  private static String inferenceYaml(List<String> labels) {
    String mean = threeTimes(Normalization.MEAN);
    String std = threeTimes(Normalization.STD);
    return """
        # SPDX-License-Identifier: Apache-2.0
        Global:
          model_name: %s
        PreProcess:
          transform_ops:
          - ResizeImage:
              resize_short: %d
          - CropImage:
              size: %d
          - NormalizeImage:
              channel_num: 3
              mean:
        %s
              order: ''
              scale: %s
              std:
        %s
          - ToCHWImage: null
        PostProcess:
          Topk:
            topk: 5
            label_list:
        %s
        """
        .formatted(
            Network.NAME,
            LabelledImages.SIDE,
            LabelledImages.SIDE,
            mean,
            Normalization.SCALE,
            std,
            labels.stream().map(label -> "    - " + label).collect(Collectors.joining("\n")));
  }

  private static String threeTimes(double value) {
    return String.join("\n", List.of("      - " + value, "      - " + value, "      - " + value));
  }
}
