// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whether a report about all classes of a model fits into a Kafka record: one that does not would
 * fail the job over and over.
 */
public final class ReportSize {

  /** More than everything takes but classes, pairs and bins. */
  private static final long REST_BYTES = 16 << 10;

  /** More than the figures of one class, pair or bin take, with their field names in JSON. */
  private static final long JSON_BYTES = 320;

  private static final long AVRO_BYTES = 80;

  private ReportSize() {}

  /**
   * Adds a problem where it may not fit; does nothing for files.
   *
   * @param labels names of the model's classes
   * @param confusedPairs that a report may have
   * @param bins calibration bins
   */
  public static void check(
      SinkSettings settings, List<String> labels, int confusedPairs, int bins, Problems problems) {
    if (settings.type() != SinkSettings.Type.KAFKA) {
      return;
    }
    boolean json = settings.encoding() == SinkSettings.Encoding.JSON;
    long names = 0;
    long longest = 0;
    for (String label : labels) {
      // A control character takes six bytes in JSON; nobody names a class so.
      long bytes = label.getBytes(StandardCharsets.UTF_8).length * (json ? 2L : 1);
      names += bytes;
      longest = Math.max(longest, bytes);
    }
    long each = json ? JSON_BYTES : AVRO_BYTES;
    long size =
        REST_BYTES + names + each * (labels.size() + bins) + confusedPairs * (each + 2 * longest);
    if (size > Producers.maxRequestSize(settings)) {
      problems.add(
          ("evaluate.reports: a report about %d classes may have %d bytes, more than max.request.size"
                  + " (%d): raise evaluate.reports.kafka.properties.max.request.size and the topic's"
                  + " max.message.bytes, or write reports to files")
              .formatted(labels.size(), size, Producers.maxRequestSize(settings)));
    }
  }
}
