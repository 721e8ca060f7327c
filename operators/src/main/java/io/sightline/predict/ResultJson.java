// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Predictions as JSON, with PaddleX's keys in its order. */
final class ResultJson {

  private static final JsonFactory JSON = new JsonFactory();
  private static final DefaultIndenter INDENTER = new DefaultIndenter("    ", "\n");

  /** Writes as {@code json.dump(..., indent=4, ensure_ascii=False)} does. */
  private static final DefaultPrettyPrinter INDENTED =
      new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectFieldValueSpacing(Spacing.AFTER)
                  .withArrayEmptySeparator(""))
          .withObjectIndenter(INDENTER)
          .withArrayIndenter(INDENTER);

  private ResultJson() {}

  /** One object in one line. */
  static String line(Prediction prediction) {
    return text(prediction, null);
  }

  /** One object, a line an element, indented by 4. */
  static String indented(Prediction prediction) {
    return text(prediction, INDENTED.createInstance());
  }

  private static String text(Prediction prediction, @Nullable PrettyPrinter printer) {
    StringWriter out = new StringWriter(512);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      if (printer != null) {
        json.setPrettyPrinter(printer);
      }
      write(prediction, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void write(Prediction prediction, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("input_path", prediction.inputPath());
    json.writeFieldName("page_index");
    Integer pageIndex = prediction.pageIndex();
    if (pageIndex == null) {
      json.writeNull();
    } else {
      json.writeNumber(pageIndex);
    }
    ImageRejection rejection = prediction.rejection().orElse(null);
    if (rejection == null) {
      writeClasses(prediction, json);
    } else {
      json.writeObjectFieldStart("rejection");
      json.writeStringField("stage", rejection.stage().label());
      json.writeStringField("reason", rejection.reason().label());
      json.writeStringField("detail", rejection.detail());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeClasses(Prediction prediction, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("class_ids");
    for (int id : prediction.classIds()) {
      json.writeNumber(id);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("scores");
    for (float score : prediction.scores()) {
      json.writeNumber(ScoreText.python(ScoreText.round(score)));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("label_names");
    for (String name : prediction.labelNames()) {
      json.writeString(name);
    }
    json.writeEndArray();
  }
}
