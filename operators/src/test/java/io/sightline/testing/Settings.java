// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import io.sightline.config.OutageSettings;
import io.sightline.config.SinkSettings;
import io.sightline.config.SourceSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings for tests, as a configuration that names only what is given here would yield them. */
public final class Settings {

  public static final OutageSettings REJECT_AT_ONCE =
      outage(Duration.ZERO, OutageSettings.OnUnavailable.REJECT);

  private Settings() {}

  public static OutageSettings outage(
      Duration patience, OutageSettings.OnUnavailable onUnavailable) {
    return new OutageSettings(patience, onUnavailable, Duration.ofSeconds(30), Duration.ofDays(1));
  }

  public static SourceSettings source(SourceSettings.Format format, SourceSettings.Id id) {
    return source(format, id, 1000, 100_000);
  }

  public static SourceSettings source(
      SourceSettings.Format format, SourceSettings.Id id, int maxInlineBytes, int maxRawBytes) {
    return new SourceSettings(
        "127.0.0.1:1",
        List.of("references"),
        null,
        "group",
        SourceSettings.Start.EARLIEST,
        null,
        format,
        id,
        Duration.ofMinutes(5),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        null,
        Duration.ofSeconds(30),
        maxInlineBytes,
        maxRawBytes,
        Map.of());
  }

  public static SinkSettings files(
      String path, SinkSettings.Encoding encoding, SinkSettings.Codec codec) {
    return new SinkSettings(
        SinkSettings.Type.FILES,
        SinkSettings.Guarantee.EXACTLY_ONCE,
        encoding,
        null,
        null,
        -1,
        null,
        60_000,
        path,
        codec,
        Map.of());
  }

  public static SinkSettings kafka(
      String bootstrapServers,
      String topic,
      SinkSettings.Guarantee guarantee,
      SinkSettings.Encoding encoding,
      Map<String, String> properties) {
    return new SinkSettings(
        SinkSettings.Type.KAFKA,
        guarantee,
        encoding,
        bootstrapServers,
        topic,
        encoding == SinkSettings.Encoding.AVRO_CONFLUENT ? 70_000 : -1,
        "prefix-" + topic,
        60_000,
        null,
        SinkSettings.Codec.NULL,
        properties);
  }
}
