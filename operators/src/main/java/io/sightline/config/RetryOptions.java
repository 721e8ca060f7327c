// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.jspecify.annotations.Nullable;

/**
 * The {@code retries.*} options: the topic of references whose store is down. What is not set is
 * taken from {@code sink.*}, except for what names a place.
 */
public final class RetryOptions {

  public static final ConfigOption<String> TOPIC =
      ConfigOptions.key("retries.topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka topic that references are written to whose store is down, keyed by reference,"
                  + " and read from again, as Retry in Avro's single-object encoding. It must exist,"
                  + " and be of this job alone. Required with fetch.on-unavailable: retry. With"
                  + " another value of that option nothing new is written, and what is there or"
                  + " parked in the job's state still comes back: so a job is led out of retry.");

  public static final ConfigOption<SinkSettings.Guarantee> GUARANTEE =
      ConfigOptions.key("retries.guarantee")
          .enumType(SinkSettings.Guarantee.class)
          .noDefaultValue()
          .withDescription(
              "Delivery guarantee of the retry topic: exactly-once, at-least-once or none. Default:"
                  + " the value of sink.guarantee.");

  public static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("retries.kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Kafka brokers of the retry topic. Default: the value of"
                  + " sink.kafka.bootstrap-servers. Where they are those of the source, the topic is"
                  + " read with source.kafka.properties, else with the security.*, sasl.* and ssl.*"
                  + " of its producer; always in the group source.group-id with -retries behind it,"
                  + " and read_committed.");

  public static final ConfigOption<String> TRANSACTIONAL_ID_PREFIX =
      ConfigOptions.key("retries.transactional-id-prefix")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The same as sink.transactional-id-prefix, for the retry topic. Default: derived from"
                  + " job.name, source.group-id, source.topics (or source.topic-pattern) and"
                  + " retries.topic; changing one of them changes it.");

  public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
      ConfigOptions.key("retries.transaction-timeout")
          .durationType()
          .noDefaultValue()
          .withDescription(
              "The same as sink.transaction-timeout, for the retry topic. Default: the value of"
                  + " sink.transaction-timeout.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      ConfigOptions.key("retries.kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Prefix: retries.kafka.properties.KEY passes KEY to the Kafka producer of the retry"
                  + " topic, over the values of sink.kafka.properties. Values are never printed.");

  private RetryOptions() {}

  /** The settings; null where no topic is named. */
  static @Nullable RetrySettings read(
      OptionReader options, SourceSettings source, SinkSettings events, String jobName) {
    String topic = options.findText(TOPIC);
    SinkSettings.Guarantee guarantee =
        options.orDerived(GUARANTEE, events.guarantee(), SinkOptions.GUARANTEE.key());
    String brokers = SinkReading.bootstrapServers(options, BOOTSTRAP_SERVERS, source, events);
    String prefix =
        SinkReading.transactionalIdPrefix(
            options, TRANSACTIONAL_ID_PREFIX, source, jobName, "retries", topic);
    Duration timeout =
        options.orDerived(
            TRANSACTION_TIMEOUT,
            Duration.ofMillis(events.transactionTimeoutMillis()),
            SinkOptions.TRANSACTION_TIMEOUT.key());
    Map<String, String> properties = new HashMap<>(events.kafkaProperties());
    properties.putAll(options.properties(KAFKA_PROPERTIES));
    return topic == null
        ? null
        : new RetrySettings(
            new SinkSettings(
                SinkSettings.Type.KAFKA,
                guarantee,
                SinkSettings.Encoding.AVRO_SINGLE_OBJECT,
                brokers,
                topic,
                -1,
                prefix,
                timeout.toMillis(),
                null,
                SinkSettings.Codec.NULL,
                properties));
  }
}
