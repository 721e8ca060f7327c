// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import io.sightline.decode.Thumbnails;
import io.sightline.evaluate.EvaluationFolder.Options;
import io.sightline.evaluate.PredictionDigest.Listed;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Uris;
import io.sightline.schemas.CalibrationBinReport;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.sink.JsonRecords;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page of an evaluation: one HTML file that needs nothing else, and whose content security
 * policy lets it ask for nothing else.
 *
 * <p>Its parts are resources beside this class. Whatever comes from outside (names, URIs, ids) is
 * in one block of JSON, in which no {@code <} stands, and the script puts it on the page as text
 * alone.
 */
final class EvaluationPage {

  private static final Logger LOG = LoggerFactory.getLogger(EvaluationPage.class);

  /** Pixels of a thumbnail's longer side: twice what it takes on the page, for dense screens. */
  private static final int THUMBNAIL_SIDE = 288;

  private static final Pattern PLACE = Pattern.compile("\\{\\{([\\w./-]+)}}");

  private static final List<String> SCRIPTS =
      List.of("chart.js/chart.umd.min.js", "page.js", "report.js", "charts.js");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build()
          .setCharacterEscapes(new ScriptEscapes());

  private final EvaluationReport report;
  private final PredictionDigest digest;
  private final Options options;
  private int missing;

  EvaluationPage(EvaluationReport report, PredictionDigest digest, Options options) {
    this.report = report;
    this.digest = digest;
    this.options = options;
  }

  /** Writes the page in UTF-8, and leaves {@code out} open. */
  void write(OutputStream out) throws IOException {
    String template = resource("report.html");
    Matcher place = PLACE.matcher(template);
    int end = 0;
    while (place.find()) {
      out.write(template.substring(end, place.start()).getBytes(UTF_8));
      String name = place.group(1);
      if (name.equals("data")) {
        writeData(out);
      } else {
        out.write(part(name).getBytes(UTF_8));
      }
      end = place.end();
    }
    out.write(template.substring(end).getBytes(UTF_8));
  }

  private static String part(String name) throws IOException {
    return switch (name) {
      case "policy" -> policy();
      case "licences" -> escaped(licences());
      default -> resource(name);
    };
  }

  /**
   * Allows the page's own scripts and style by their hashes, images within it, and nothing else.
   */
  private static String policy() throws IOException {
    StringBuilder scripts = new StringBuilder();
    for (String script : SCRIPTS) {
      scripts.append(' ').append(hash(resource(script)));
    }
    return "default-src 'none'; script-src%s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'"
        .formatted(scripts, hash(resource("report.css")));
  }

  private static String licences() throws IOException {
    return "Chart.js\n\n%s\n\n@kurkle/color, which is part of it\n\n%s"
        .formatted(
            resource("chart.js/LICENSE.md").strip(), resource("kurkle-color/LICENSE.md").strip());
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = EvaluationPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static String hash(String inline) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(inline.getBytes(UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private void writeData(OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeFieldName("report");
      JsonRecords.write(report, json);
      json.writeArrayFieldStart("bin_intervals");
      for (CalibrationBinReport bin : report.getCalibration().getBins()) {
        writeInterval(new Proportion(bin.getHits(), bin.getImages()), json);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("providers");
      for (String provider : digest.providers()) {
        json.writeString(provider);
      }
      json.writeEndArray();
      writeInstant("first_classified_at", digest.first(), json);
      writeInstant("last_classified_at", digest.last(), json);
      json.writeBooleanField("thumbnails", options.images() != null);
      writeImages("mistakes", digest.mistakes(), json);
      writeImages("least_certain", digest.leastCertain(), json);
      json.writeEndObject();
    }
    if (missing > 0) {
      LOG.warn("{} images of the page could not be had: it names them alone", missing);
    }
  }

  private static void writeInterval(Proportion share, JsonGenerator json) throws IOException {
    if (share.of() == 0) {
      json.writeNull();
      return;
    }
    json.writeStartArray();
    json.writeNumber(share.low());
    json.writeNumber(share.high());
    json.writeEndArray();
  }

  private static void writeInstant(String name, @Nullable Instant instant, JsonGenerator json)
      throws IOException {
    json.writeFieldName(name);
    if (instant == null) {
      json.writeNull();
    } else {
      json.writeString(instant.toString());
    }
  }

  private void writeImages(String name, List<Listed> images, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Listed image : images) {
      ClassificationEvent event = image.event();
      json.writeStartObject();
      json.writeStringField("name", nameOf(event));
      json.writeNumberField("label_id", image.trueClass());
      json.writeNumberField("predicted_id", image.predicted());
      json.writeStringField("predicted_name", event.getLabelNames().get(0));
      json.writeNumberField("confidence", image.confidence());
      json.writeNumberField("width", event.getWidth());
      json.writeNumberField("height", event.getHeight());
      byte[] thumbnail = thumbnailOf(event);
      json.writeFieldName("jpeg");
      if (thumbnail == null) {
        json.writeNull();
      } else {
        json.writeBinary(thumbnail);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Where the image lies, else its reference's id; pages are passed on, so no secrets in it. */
  private static String nameOf(ClassificationEvent event) {
    String uri = event.getUri();
    String id = event.getReferenceId();
    String masked = uri != null ? Uris.masked(uri) : id.contains("://") ? Uris.masked(id) : id;
    Integer page = event.getPageIndex();
    return page == null ? masked : masked + " [" + page + "]";
  }

  private byte @Nullable [] thumbnailOf(ClassificationEvent event) {
    if (options.images() == null) {
      return null;
    }
    try {
      return Thumbnails.jpeg(options.images().bytesOf(event), THUMBNAIL_SIDE, options.decode());
    } catch (IOException | RejectedException e) {
      LOG.debug("The page has no thumbnail of {}", nameOf(event), e);
      missing++;
      return null;
    }
  }

  /** What would end or change a block of script. */
  private static final class ScriptEscapes extends CharacterEscapes {

    @Serial private static final long serialVersionUID = 1;

    private final int[] escapes = standardAsciiEscapesForJSON();

    ScriptEscapes() {
      escapes['<'] = ESCAPE_CUSTOM;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return escapes.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return character == '<' ? new SerializedString("\\u003c") : null;
    }
  }
}
