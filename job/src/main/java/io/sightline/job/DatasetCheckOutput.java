// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.DecodeSettings;
import io.sightline.dataset.DatasetReport;
import io.sightline.dataset.DatasetResult;
import io.sightline.dataset.LabelledImage;
import io.sightline.decode.LabelledPicture;
import io.sightline.reference.RejectedException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The folder that a check of a data set leaves, with PaddleX's names: {@code
 * check_dataset_result.json}, {@code check_dataset/histogram.png} and sample images with their
 * labels in {@code check_dataset/demo_img}. Files of an earlier check are written over.
 */
final class DatasetCheckOutput {

  private static final String SAMPLES = "demo_img";

  private final Path output;
  private final DecodeSettings decode;

  DatasetCheckOutput(Path output, DecodeSettings decode) {
    this.output = output;
    this.decode = decode;
  }

  Path result() {
    return output.resolve(DatasetResult.FILE);
  }

  /** Writes all files; of a data set that did not pass the result alone. */
  void write(DatasetReport report) throws IOException {
    if (!report.passed()) {
      writeFailed(report.errors(), report.warnings());
      return;
    }
    Path folder = Files.createDirectories(output.resolve(DatasetResult.FOLDER));
    try (OutputStream out = stream(folder.resolve(DatasetResult.HISTOGRAM))) {
      DatasetHistogram.write(report, out);
    }
    Map<String, List<String>> pictures = writeSamples(report, folder);
    try (OutputStream out = stream(result())) {
      DatasetResult.writePassed(report, output, pictures, out);
    }
  }

  void writeFailed(List<String> errors, List<String> warnings) throws IOException {
    Files.createDirectories(output);
    try (OutputStream out = stream(result())) {
      DatasetResult.writeFailed(errors, warnings, out);
    }
  }

  private Map<String, List<String>> writeSamples(DatasetReport report, Path folder)
      throws IOException {
    Path samples = Files.createDirectories(folder.resolve(SAMPLES));
    Set<String> names = new HashSet<>();
    Map<String, List<String>> pictures = new LinkedHashMap<>();
    for (DatasetReport.Split split : report.splits()) {
      List<String> written = new ArrayList<>();
      for (LabelledImage image : split.samples()) {
        String name = pictureName(image, names);
        String label = report.labels().getOrDefault(image.classId(), image.classId() + " ?");
        Files.write(samples.resolve(name), picture(image, label, name));
        written.add("%s/%s/%s".formatted(DatasetResult.FOLDER, SAMPLES, name));
      }
      pictures.put(split.name(), written);
    }
    return pictures;
  }

  private byte[] picture(LabelledImage image, String label, String name) throws IOException {
    try {
      return LabelledPicture.draw(Files.readAllBytes(image.file()), label, name, decode);
    } catch (RejectedException e) {
      throw new IOException("%s has changed during the check".formatted(image.file()), e);
    }
  }

  /** The image's own name, or one with a number where another sample has it. */
  private static String pictureName(LabelledImage image, Set<String> taken) {
    String name = String.valueOf(image.file().getFileName());
    if (!LabelledPicture.canWrite(name)) {
      name += ".png";
    }
    int dot = name.lastIndexOf('.');
    String free = name;
    for (int number = 2; !taken.add(free); number++) {
      free = "%s_%d%s".formatted(name.substring(0, dot), number, name.substring(dot));
    }
    return free;
  }

  private static OutputStream stream(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file));
  }
}
