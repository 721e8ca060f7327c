// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/**
 * The {@code rejections.*} options: where rejections go. What is not set is taken from {@code
 * sink.*}, except for what names a place: topic, path, schema id and transactional ids.
 */
public final class RejectionOptions {

  private static final InheritingSink SINK =
      InheritingSink.of("rejections", "rejections", "Rejection", "reference");

  public static final ConfigOption<SinkSettings.Type> TYPE = SINK.type();

  public static final ConfigOption<SinkSettings.Guarantee> GUARANTEE = SINK.guarantee();

  public static final ConfigOption<SinkSettings.Encoding> ENCODING = SINK.encoding();

  public static final ConfigOption<String> TOPIC = SINK.topic();

  public static final ConfigOption<String> PATH = SINK.path();

  public static final ConfigOption<SinkSettings.Codec> CODEC = SINK.codec();

  public static final ConfigOption<Integer> SCHEMA_ID = SINK.schemaId();

  public static final ConfigOption<String> BOOTSTRAP_SERVERS = SINK.bootstrapServers();

  public static final ConfigOption<String> TRANSACTIONAL_ID_PREFIX = SINK.transactionalIdPrefix();

  public static final ConfigOption<Duration> TRANSACTION_TIMEOUT = SINK.transactionTimeout();

  public static final ConfigOption<MemorySize> MAX_RAW_BYTES =
      ConfigOptions.key("rejections.max-raw-bytes")
          .memoryType()
          .defaultValue(MemorySize.parse("640 kb"))
          .withDescription(
              "How much of the original record a rejection carries; the rest is cut off and"
                  + " can't be replayed from the rejection. The default keeps a rejection below"
                  + " Kafka's max.request.size of 1 MiB in every encoding.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES = SINK.kafkaProperties();

  private RejectionOptions() {}

  static SinkSettings read(
      OptionReader options, SourceSettings source, SinkSettings events, String jobName) {
    return SINK.read(options, source, events, jobName);
  }
}
