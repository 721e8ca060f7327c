// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code check_dataset_result.json} with PaddleX's keys, in UTF-8. {@code warnings} is a key
 * of ours; so is {@code check_pass} of a data set that did not pass.
 */
public final class DatasetResult {

  /** Name of the file. */
  public static final String FILE = "check_dataset_result.json";

  /** Name of the folder beside it that has the pictures. */
  public static final String FOLDER = "check_dataset";

  /** Name of the chart in {@link #FOLDER}. */
  public static final String HISTOGRAM = "histogram.png";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private DatasetResult() {}

  /**
   * Writes the result of a check that passed. Leaves {@code out} open.
   *
   * @param output the folder that the file lies in, for the path from its pictures to the labels
   * @param pictures of samples by the name of their split, relative to {@code output} with forward
   *     slashes
   */
  public static void writePassed(
      DatasetReport report, Path output, Map<String, List<String>> pictures, OutputStream out)
      throws IOException {
    Path folder = output.toAbsolutePath().normalize().resolve(FOLDER);
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeBooleanField("done_flag", true);
      json.writeBooleanField("check_pass", true);
      json.writeObjectFieldStart("attributes");
      json.writeStringField(
          "label_file", ImageFolder.name(folder, report.root().resolve(LabelFile.NAME)));
      json.writeNumberField("num_classes", report.classes());
      for (DatasetReport.Split split : report.splits()) {
        json.writeNumberField(split.name() + "_samples", split.images());
        writeStrings(
            json, split.name() + "_sample_paths", pictures.getOrDefault(split.name(), List.of()));
      }
      json.writeEndObject();
      json.writeObjectFieldStart("analysis");
      json.writeStringField("histogram", FOLDER + "/" + HISTOGRAM);
      json.writeEndObject();
      json.writeStringField("dataset_path", String.valueOf(report.root().getFileName()));
      json.writeStringField("show_type", "image");
      json.writeStringField("dataset_type", "ClsDataset");
      writeStrings(json, "warnings", report.warnings());
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  /** Writes the result of a check that did not pass. Leaves {@code out} open. */
  public static void writeFailed(List<String> errors, List<String> warnings, OutputStream out)
      throws IOException {
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeBooleanField("done_flag", false);
      json.writeBooleanField("check_pass", false);
      json.writeStringField("err_type", "CheckFailedError");
      json.writeStringField(
          "err_msg",
          "Check dataset failed. We encountered the following error:\n  "
              + String.join("\n  ", errors));
      writeStrings(json, "warnings", warnings);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void writeStrings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static JsonGenerator generator(OutputStream out) throws IOException {
    JsonGenerator json = JSON.createGenerator(out);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    json.setPrettyPrinter(
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter));
    return json;
  }
}
