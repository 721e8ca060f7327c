// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.config.LabelSettings;
import io.sightline.config.SourceSettings;
import io.sightline.reference.Reason;
import io.sightline.reference.ReferenceParser;
import io.sightline.reference.RejectedException;
import io.sightline.reference.RejectionCounters;
import io.sightline.reference.Rejections;
import io.sightline.reference.SourceRecord;
import io.sightline.reference.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Makes labels of raw records. A record that is none goes to {@link Rejections#TAG}. */
public final class ParseLabelFunction extends ProcessFunction<SourceRecord, ImageLabel> {

  private final LabelSettings.Format format;
  private final SourceSettings source;

  private transient @Nullable ObjectMapper json;
  private transient @Nullable ReferenceParser origins;
  private transient @Nullable RejectionCounters rejected;

  /**
   * A function for one topic.
   *
   * @param source bounds what a rejection carries of a record
   */
  public ParseLabelFunction(LabelSettings.Format format, SourceSettings source) {
    this.format = format;
    this.source = source;
  }

  @Override
  public void open(OpenContext context) {
    json = new ObjectMapper();
    origins = ReferenceParser.create(source, InstantSource.system());
    rejected = new RejectionCounters(getRuntimeContext().getMetricGroup(), Stage.EVALUATE);
  }

  @Override
  public void processElement(SourceRecord record, Context context, Collector<ImageLabel> out) {
    ImageLabel label;
    try {
      label = parse(record);
    } catch (RejectedException e) {
      requireNonNull(rejected).count(e.reason());
      Instant now = Instant.ofEpochMilli(context.timerService().currentProcessingTime());
      context.output(
          Rejections.TAG,
          Rejections.of(e, null, requireNonNull(origins).origin(record), null, null, now));
      return;
    }
    out.collect(label);
  }

  private ImageLabel parse(SourceRecord record) throws RejectedException {
    byte[] value = record.value();
    byte[] key = record.key();
    int size = (value == null ? 0 : value.length) + (key == null ? 0 : key.length);
    if (size > ReferenceParser.MAX_METADATA_BYTES) {
      throw malformed(
          "the record has %d bytes, more than %d"
              .formatted(size, ReferenceParser.MAX_METADATA_BYTES));
    }
    return switch (format) {
      case KEY_VALUE -> new ImageLabel(text("key", key), text("value", value));
      case JSON -> json(value);
    };
  }

  private ImageLabel json(byte @Nullable [] value) throws RejectedException {
    if (value == null || value.length == 0) {
      throw malformed("the record has no value");
    }
    JsonNode object;
    try {
      object = requireNonNull(json).readTree(value);
    } catch (JacksonException e) {
      throw malformed("the value is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw malformed("the value is not JSON");
    }
    return new ImageLabel(field(object, "id"), field(object, "label"));
  }

  private static String field(JsonNode object, String name) throws RejectedException {
    JsonNode field = object.path(name);
    if (field.isIntegralNumber()) {
      return field.asText();
    }
    if (!field.isTextual() || field.textValue().isBlank()) {
      throw malformed("the field %s is no text".formatted(name));
    }
    return field.textValue();
  }

  private static String text(String what, byte @Nullable [] bytes) throws RejectedException {
    if (bytes == null || bytes.length == 0) {
      throw malformed("the record has no " + what);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw malformed("the %s is not UTF-8".formatted(what));
    }
  }

  private static RejectedException malformed(String detail) {
    return new RejectedException(Reason.MALFORMED_LABEL, detail);
  }
}
