// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.sightline.config.DecodeSettings;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a finished evaluation: {@code predictions.avro} (an Avro container of {@code
 * ClassificationEvent}, zstandard), {@code report.json}, {@code report.html} (a page for people,
 * which needs no network), and {@code evaluate_result.json}, whose presence says that the rest is
 * there.
 *
 * <p>Each file is written under a hidden name and then moved. Equal reports and predictions give
 * equal bytes. The folder is a local one: a remote one would need Flink's recoverable writers,
 * since an object store has no cheap move.
 */
public final class EvaluationFolder {

  /** Name of the file with an event for each image that was classified. */
  public static final String PREDICTIONS = "predictions.avro";

  /** Name of the page. */
  public static final String PAGE = "report.html";

  /** Most images that each list of the page may have. */
  public static final int MAX_SHOWN_IMAGES = 200;

  private static final int SYNC_MARKER_BYTES = 16;

  private EvaluationFolder() {}

  /** Brings the encoded bytes of an image. */
  @FunctionalInterface
  public interface ImageSource {

    /**
     * The bytes of the image that the event is about.
     *
     * @throws IOException where they can't be had any more; the page then names the image alone
     */
    byte[] bytesOf(ClassificationEvent event) throws IOException;
  }

  /**
   * How a folder is written.
   *
   * @param shownImages how many images each list of the page has, from 0 to {@value
   *     #MAX_SHOWN_IMAGES}
   * @param trueClass class id of an event's label, by the rule that the counts were made with
   * @param images where the images of the page come from; null leaves them out, and the lists have
   *     names alone
   * @param decode bounds for the images of the page
   */
  public record Options(
      int shownImages,
      ToIntFunction<ClassificationEvent> trueClass,
      @Nullable ImageSource images,
      DecodeSettings decode) {

    /** Enough to see a pattern, few enough to look at each. */
    public static final int DEFAULT_SHOWN_IMAGES = 24;

    public Options {
      if (shownImages < 0 || shownImages > MAX_SHOWN_IMAGES) {
        throw new IllegalArgumentException(
            "the page can show 0 to %d images a list (got %d)"
                .formatted(MAX_SHOWN_IMAGES, shownImages));
      }
    }
  }

  /**
   * Writes the files, and replaces those of an earlier evaluation. Goes through the predictions
   * once, and holds no more of them than the page shows.
   *
   * @param dir created where it is not there
   * @param predictions an event for each image of the report, in the order that the file shall
   *     have; each its own object
   * @throws IllegalArgumentException where the report is about no split
   */
  public static void write(
      Path dir, EvaluationReport report, Iterable<ClassificationEvent> predictions, Options options)
      throws IOException {
    if (report.getSplit() == null) {
      throw new IllegalArgumentException("a report about a stream has no folder");
    }
    Files.createDirectories(dir);
    Files.deleteIfExists(dir.resolve(EvaluationFiles.RESULT));
    PredictionDigest digest = new PredictionDigest(options.shownImages(), options.trueClass());
    write(dir, PREDICTIONS, out -> writePredictions(report, predictions, digest, out));
    write(dir, EvaluationFiles.REPORT, out -> EvaluationFiles.writeReport(report, out));
    write(dir, PAGE, out -> new EvaluationPage(report, digest, options).write(out));
    write(dir, EvaluationFiles.RESULT, out -> EvaluationFiles.writeResult(report, out));
  }

  private static void writePredictions(
      EvaluationReport report,
      Iterable<ClassificationEvent> predictions,
      PredictionDigest digest,
      OutputStream out)
      throws IOException {
    try (DataFileWriter<ClassificationEvent> writer =
        new DataFileWriter<>(new SpecificDatumWriter<>(ClassificationEvent.class))) {
      writer.setCodec(CodecFactory.zstandardCodec(CodecFactory.DEFAULT_ZSTANDARD_LEVEL));
      writer.create(ClassificationEvent.getClassSchema(), out, syncMarker(report));
      for (ClassificationEvent event : predictions) {
        writer.append(event);
        digest.add(event);
      }
    }
  }

  /** What parts the file's blocks: of the report, since Avro's own is random. */
  private static byte[] syncMarker(EvaluationReport report) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(report.getModelFingerprint().getBytes(StandardCharsets.UTF_8));
      digest.update(
          ByteBuffer.allocate(Long.BYTES).putLong(report.getCreatedAt().toEpochMilli()).array());
      return Arrays.copyOf(digest.digest(), SYNC_MARKER_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void write(Path dir, String name, Content content) throws IOException {
    Path hidden = dir.resolve("." + name + ".tmp");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(hidden), 1 << 16)) {
        content.writeTo(out);
      }
      Files.move(hidden, dir.resolve(name), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(hidden);
    }
  }

  @FunctionalInterface
  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }
}
