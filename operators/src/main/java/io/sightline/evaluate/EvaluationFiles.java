// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.TopKReport;
import io.sightline.sink.JsonRecords;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The JSON files of an evaluation, in UTF-8 with a line a field. Equal reports give the same bytes
 * on every machine.
 */
public final class EvaluationFiles {

  /** Name of the file with PaddleX's two figures. */
  public static final String RESULT = "evaluate_result.json";

  /** Name of the file with the whole report. */
  public static final String REPORT = "report.json";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private EvaluationFiles() {}

  /**
   * Writes what PaddleX writes: {@code {"done_flag": true, "metrics": {"val.top1": 0.5, "val.top5":
   * 0.75}}}, with fractions, and with the split's name where there is {@code val}. Where no image
   * was classified there are no metrics, and the flag is false. Leaves {@code out} open.
   *
   * @throws IllegalArgumentException where the report is about no split
   */
  public static void writeResult(EvaluationReport report, OutputStream out) throws IOException {
    String split = report.getSplit();
    if (split == null) {
      throw new IllegalArgumentException("a report about a stream has no " + RESULT);
    }
    try (JsonGenerator json = generator(out)) {
      boolean done = report.getImages() > 0;
      json.writeStartObject();
      json.writeBooleanField("done_flag", done);
      json.writeObjectFieldStart("metrics");
      if (done) {
        json.writeNumberField(split + ".top1", report.getTop1().getAccuracy());
        for (TopKReport top : report.getTopK()) {
          if (top.getK() != 1) {
            json.writeNumberField(split + ".top" + top.getK(), top.getShare().getAccuracy());
          }
        }
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  /**
   * Writes the whole report: the fields of {@code EvaluationReport} in the order of its schema.
   * Leaves {@code out} open.
   */
  public static void writeReport(EvaluationReport report, OutputStream out) throws IOException {
    try (JsonGenerator json = generator(out)) {
      JsonRecords.write(report, json);
      json.writeRaw('\n');
    }
  }

  private static JsonGenerator generator(OutputStream out) throws IOException {
    JsonGenerator json = JSON.createGenerator(out);
    // Not the default one: it would end lines as the machine's system does.
    json.setPrettyPrinter(
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
    return json;
  }
}
