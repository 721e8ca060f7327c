// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of published models: a resource of comma-separated values, none of them quoted. */
final class ModelTable {

  private static final String RESOURCE = "paddlex-models.csv";

  private ModelTable() {}

  static List<PublishedModel> read() {
    try (BufferedReader reader = open()) {
      List<String> lines = reader.lines().filter(line -> !line.startsWith("#")).toList();
      List<String> heads = cells(lines.get(0));
      List<PublishedModel> models = new ArrayList<>();
      for (String line : lines.subList(1, lines.size())) {
        models.add(new Row(heads, cells(line)).model());
      }
      return List.copyOf(models);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedReader open() {
    InputStream in = ModelTable.class.getResourceAsStream(RESOURCE);
    if (in == null) {
      throw new IllegalStateException("the resource " + RESOURCE + " is not on the class path");
    }
    return new BufferedReader(new InputStreamReader(in, UTF_8));
  }

  private static List<String> cells(String line) {
    return List.of(line.split(",", -1));
  }

  private static final class Row {

    private final Map<String, String> cells = new HashMap<>();

    Row(List<String> heads, List<String> cells) {
      for (int i = 0; i < heads.size(); i++) {
        this.cells.put(heads.get(i), cells.get(i));
      }
    }

    PublishedModel model() {
      return new PublishedModel(
          text("model"),
          text("family"),
          text("core").equals("1"),
          number("top1_acc") / 100,
          new PublishedModel.Times(
              number("gpu_normal_ms"),
              number("gpu_highperf_ms"),
              number("cpu_normal_ms"),
              number("cpu_highperf_ms")),
          number("size_mb"),
          integer("input_size"),
          preprocessing(""),
          preprocessing("infer_cfg_"),
          integer("num_classes"),
          integer("topk_default"),
          text("inference_url"),
          text("training_url"));
    }

    /** Short side and centre crop, as every model of the table has it. */
    private Preprocessing preprocessing(String prefix) {
      int crop = integer(prefix + "crop_size");
      return new Preprocessing(
          Resize.toShortSide(integer(prefix + "resize_short"), interpolation(prefix)),
          Crop.of(crop, crop),
          Channels.RGB,
          quotient(text("scale")),
          numbers("mean"),
          numbers("std"));
    }

    private Interpolation interpolation(String prefix) {
      String rule = text(prefix + "resize_backend") + " " + text(prefix + "interpolation");
      return switch (rule) {
        case "cv2 bilinear" -> Interpolation.LINEAR;
        case "cv2 bicubic" -> Interpolation.CUBIC;
        case "pil bilinear" -> Interpolation.PIL_BILINEAR;
        case "pil bicubic" -> Interpolation.PIL_BICUBIC;
        default -> throw new IllegalStateException(RESOURCE + " has the rule " + rule);
      };
    }

    private List<Double> numbers(String head) {
      return Arrays.stream(text(head).split(" ", -1)).map(Double::valueOf).toList();
    }

    private double number(String head) {
      return Double.parseDouble(text(head));
    }

    private int integer(String head) {
      return Integer.parseInt(text(head));
    }

    private String text(String head) {
      String text = cells.get(head);
      if (text == null) {
        throw new IllegalStateException(RESOURCE + " has no column " + head);
      }
      return text;
    }

    private static double quotient(String text) {
      String[] parts = text.split("/", 2);
      return Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]);
    }
  }
}
