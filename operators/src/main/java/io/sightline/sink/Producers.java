// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.util.Objects.requireNonNull;

import io.sightline.config.Problems;
import io.sightline.config.RetrySettings;
import io.sightline.config.Secrets;
import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Guarantee;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The properties of the sinks' Kafka producers. */
public final class Producers {

  /** Stands for the first part of a sink's options: {@code sink}, {@code rejections} and so on. */
  private static final String OPTIONS = "{options}";

  /**
   * Producer properties that a sink's {@code kafka.properties} must not set, and what sets them.
   */
  private static final Map<String, String> OWNED_PROPERTIES =
      Map.of(
          ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
          OPTIONS + ".kafka.bootstrap-servers",
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          OPTIONS + ".transactional-id-prefix",
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
          OPTIONS + ".transaction-timeout",
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          "Sightline, which writes bytes",
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          "Sightline, which writes bytes");

  private static final int DEFAULT_MAX_REQUEST_SIZE = 1024 * 1024;

  /**
   * What a transaction's records wait for, where the user says nothing, in milliseconds and bytes:
   * nobody sees them before the next checkpoint, which sends them at once, so fewer and larger
   * requests cost nothing. Kafka's own batch of 16 KiB holds some 20 events.
   */
  private static final Map<String, String> TRANSACTIONAL_DEFAULTS =
      Map.of(ProducerConfig.LINGER_MS_CONFIG, "500", ProducerConfig.BATCH_SIZE_CONFIG, "65536");

  private Producers() {}

  /**
   * Adds a problem for every property that must not be set, and for a value that the Kafka producer
   * itself refuses. What several sinks have from {@code sink.kafka.properties} is said once.
   *
   * @param retries null where there is no retry topic
   */
  public static void checkProperties(
      SinkSettings events,
      SinkSettings rejections,
      @Nullable RetrySettings retries,
      Problems problems) {
    Set<String> said = new HashSet<>();
    checkProperties("sink", events, said, problems);
    checkProperties("rejections", rejections, said, problems);
    if (retries != null) {
      checkProperties("retries", retries.sink(), said, problems);
    }
  }

  /** The same with the sink of reports. */
  public static void checkProperties(
      SinkSettings events, SinkSettings rejections, SinkSettings reports, Problems problems) {
    Set<String> said = new HashSet<>();
    checkProperties("sink", events, said, problems);
    checkProperties("rejections", rejections, said, problems);
    checkProperties("evaluate.reports", reports, said, problems);
  }

  private static void checkProperties(
      String prefix, SinkSettings settings, Set<String> said, Problems problems) {
    for (String problem : problemsOf(settings)) {
      if (said.add(problem)) {
        problems.add(prefix + ".kafka.properties" + problem.replace(OPTIONS, prefix));
      }
    }
  }

  private static List<String> problemsOf(SinkSettings settings) {
    List<String> found = new ArrayList<>();
    if (settings.type() != SinkSettings.Type.KAFKA) {
      return found;
    }
    settings.kafkaProperties().keySet().stream()
        .filter(OWNED_PROPERTIES::containsKey)
        .sorted()
        .forEach(
            name ->
                found.add(
                    ".%s must not be set: it is set by %s"
                        .formatted(name, OWNED_PROPERTIES.get(name))));
    Properties properties = properties(settings);
    // Whether there are such brokers is another question.
    properties.setProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
    properties.setProperty(
        ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    properties.setProperty(
        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    if (settings.guarantee() == Guarantee.EXACTLY_ONCE) {
      properties.setProperty(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "check");
    }
    try {
      new ProducerConfig(properties);
    } catch (ConfigException e) {
      found.add(
          ": " + Secrets.withoutValues(String.valueOf(e.getMessage()), settings.kafkaProperties()));
    }
    return found;
  }

  /** The properties of a producer, without serializers and without a transactional id. */
  static Properties properties(SinkSettings settings) {
    Properties properties = new Properties();
    if (settings.guarantee() == Guarantee.EXACTLY_ONCE) {
      properties.putAll(TRANSACTIONAL_DEFAULTS);
    }
    properties.putAll(settings.kafkaProperties());
    properties.setProperty(
        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, requireNonNull(settings.bootstrapServers()));
    if (settings.guarantee() == Guarantee.EXACTLY_ONCE) {
      properties.setProperty(
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
          Long.toString(settings.transactionTimeoutMillis()));
    }
    return properties;
  }

  /** Largest request that the producer sends, in bytes; Kafka's own where the value is none. */
  static int maxRequestSize(SinkSettings settings) {
    String size = settings.kafkaProperties().get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    try {
      return size == null ? DEFAULT_MAX_REQUEST_SIZE : Integer.parseInt(size.strip());
    } catch (NumberFormatException e) {
      return DEFAULT_MAX_REQUEST_SIZE; // checkProperties has named it
    }
  }
}
