// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.model.ImageInput;
import io.sightline.model.ModelDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a model's folder makes of a preprocessed image, in words and as a tree for programs. */
final class ModelText {

  private static final int MAX_TAGS = 3;

  private final ModelDescriptor model;

  ModelText(ModelDescriptor model) {
    this.model = model;
  }

  /** The tensors that go in and come out, and what is made of them. */
  List<Line> tensors() {
    List<Line> lines = new ArrayList<>();
    ImageInput input = model.input();
    lines.add(
        new Line(
            "input",
            "%s, %s %s, %s, %s"
                .formatted(
                    input.name(),
                    PreprocessingJson.word(input.format().type()),
                    shape(input),
                    input.format().layout(),
                    input.fixedBatch() == 0
                        ? "a batch of any size"
                        : "a batch of " + input.fixedBatch() + " always")));
    lines.add(
        new Line(
            "output",
            "%s, %s, %d values an image"
                .formatted(
                    model.output().name(),
                    PreprocessingJson.word(model.output().type()),
                    model.classes())));
    lines.add(
        new Line(
            "activation",
            switch (model.output().activation()) {
              case NONE -> "none: the graph's answers are the scores";
              case SOFTMAX -> "softmax over the classes makes the scores";
              case SIGMOID -> "sigmoid of each class makes the scores, which need not sum to 1";
            }));
    labels(lines);
    return lines;
  }

  private void labels(List<Line> lines) {
    int last = model.classes() - 1;
    lines.add(
        new Line(
            "labels",
            "%d, from 0 '%s' to %d '%s'"
                .formatted(
                    model.classes(), model.labels().get(0), last, model.labels().get(last))));
    List<Integer> tagged = tagged();
    if (!tagged.isEmpty()) {
      lines.add(
          new Line(
              "tags",
              "%d classes have one in events: %s%s"
                  .formatted(
                      tagged.size(),
                      String.join(
                          ", ",
                          tagged.stream()
                              .limit(MAX_TAGS)
                              .map(id -> "%d '%s'".formatted(id, model.tags().get(id)))
                              .toList()),
                      tagged.size() > MAX_TAGS ? " ..." : "")));
    }
  }

  /** Classes whose tag is not their label. */
  private List<Integer> tagged() {
    return IntStream.range(0, model.classes())
        .filter(id -> !model.tags().get(id).equals(model.labels().get(id)))
        .boxed()
        .toList();
  }

  /** The shape of a batch, {@code [N, 3, 224, 224]}; N where it is free. */
  static String shape(ImageInput input) {
    long[] shape = input.shape(0);
    List<String> sides = new ArrayList<>();
    sides.add(input.fixedBatch() == 0 ? "N" : String.valueOf(input.fixedBatch()));
    for (int i = 1; i < shape.length; i++) {
      sides.add(String.valueOf(shape[i]));
    }
    return sides.toString();
  }

  Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", model.name());
    tree.put("version", model.version());
    tree.put("dir", model.dir());
    tree.put("graph", model.graphFile());
    tree.put("fingerprint", model.fingerprint());
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("name", model.input().name());
    input.put("type", PreprocessingJson.word(model.input().format().type()));
    input.put("layout", model.input().format().layout().name());
    input.put("channels", model.input().channels());
    input.put("height", model.input().height());
    input.put("width", model.input().width());
    input.put("fixed_batch", model.input().fixedBatch() == 0 ? null : model.input().fixedBatch());
    tree.put("input", input);
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("name", model.output().name());
    output.put("type", PreprocessingJson.word(model.output().type()));
    output.put("activation", PreprocessingJson.word(model.output().activation()));
    tree.put("output", output);
    tree.put("labels", model.labels());
    if (!tagged().isEmpty()) {
      tree.put("tags", model.tags());
    }
    tree.put("warnings", model.warnings());
    return tree;
  }
}
