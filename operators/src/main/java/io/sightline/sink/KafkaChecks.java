// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.util.Objects.requireNonNull;

import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Guarantee;
import io.sightline.config.SourceSettings;
import io.sightline.sink.BrokerInquiry.Access;
import io.sightline.sink.BrokerInquiry.NoAnswerException;
import io.sightline.source.SourcePartitions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the brokers whether a job can run: topics, permissions, transaction timeout, record size. It
 * creates no topic and writes no record. With exactly-once it registers one transactional id of its
 * own, {@code PREFIX-check}, which the broker forgets after a week. Not thread-safe.
 */
public final class KafkaChecks {

  private static final String MAX_TRANSACTION_TIMEOUT = "transaction.max.timeout.ms";

  private final Duration timeout;
  private final Problems problems;
  private final Consumer<String> notes;

  /** Brokers that did not answer: who asks them again would wait as long again. */
  private final Map<Access, NoAnswerException> unreachable = new HashMap<>();

  /**
   * Checks that report to {@code problems}.
   *
   * @param timeout for the brokers to answer one question
   * @param notes takes a sentence for each thing that is right, or that the brokers don't tell
   */
  public KafkaChecks(Duration timeout, Problems problems, Consumer<String> notes) {
    this.timeout = timeout;
    this.problems = problems;
    this.notes = notes;
  }

  /**
   * Checks that the topics exist and may be read by the group.
   *
   * @return their partitions, which are not known where that can't be told, or where no topic
   *     matches the pattern yet
   */
  public SourcePartitions source(SourceSettings settings) {
    return source(
        settings, settings.topicPattern() == null ? "source.topics" : "source.topic-pattern");
  }

  /** Checks that the topic of labels exists and may be read by the group. */
  public void labels(SourceSettings settings) {
    source(settings, "evaluate.labels.topic");
  }

  private SourcePartitions source(SourceSettings settings, String option) {
    String servers = settings.bootstrapServers();
    Access access = Access.of(servers, settings.kafkaProperties());
    try (BrokerInquiry broker = open(access)) {
      Map<String, Integer> partitions = new HashMap<>();
      boolean all = true;
      for (String name : sourceTopics(settings, broker)) {
        BrokerInquiry.Topic topic = topic(broker, option, name, AclOperation.READ);
        all &= topic != null;
        if (topic != null) {
          partitions.put(name, topic.partitions());
        }
      }
      if (broker.mayReadAs(settings.groupId())) {
        notes.accept("group '%s' may be used".formatted(settings.groupId()));
      } else {
        problems.add(
            "source.group-id: no permission to read as group '%s' at %s"
                .formatted(settings.groupId(), servers));
      }
      return all ? new SourcePartitions(partitions) : SourcePartitions.UNKNOWN;
    } catch (NoAnswerException e) {
      remember(access, e);
      problems.add("source.kafka.bootstrap-servers: " + e.sentence());
      return SourcePartitions.UNKNOWN;
    }
  }

  /** Checks the sink of events; does nothing for files. */
  public void events(SinkSettings settings) {
    sink(settings, "sink");
  }

  /** Checks the sink of rejections; does nothing for files. */
  public void rejections(SinkSettings settings) {
    sink(settings, "rejections");
  }

  /** Checks the sink of reports; does nothing for files. */
  public void reports(SinkSettings settings) {
    sink(settings, "evaluate.reports");
  }

  /** Checks that the retry topic may be written to, and read by the group of the source. */
  public void retries(SinkSettings settings, SourceSettings source) {
    int before = problems.messages().size();
    sink(settings, "retries");
    if (problems.messages().size() == before) { // what is missing is said once
      source(source, "retries.topic");
    }
  }

  private BrokerInquiry open(Access access) throws NoAnswerException {
    NoAnswerException before = unreachable.get(access);
    if (before != null) {
      throw before;
    }
    return BrokerInquiry.open(access, timeout);
  }

  private void remember(Access access, NoAnswerException failure) {
    if (failure.unreachable()) {
      unreachable.put(access, failure);
    }
  }

  private List<String> sourceTopics(SourceSettings settings, BrokerInquiry broker)
      throws NoAnswerException {
    String pattern = settings.topicPattern();
    if (pattern == null) {
      return settings.topics();
    }
    List<String> topics = broker.topics(Pattern.compile(pattern));
    if (topics.isEmpty()) {
      String none =
          "source.topic-pattern: no topic at %s that may be seen matches '%s'"
              .formatted(settings.bootstrapServers(), pattern);
      if (settings.partitionDiscovery().isZero()) {
        problems.add(none + ", and source.partition-discovery is off");
      } else {
        notes.accept(none + " yet");
      }
    }
    return topics;
  }

  private void sink(SinkSettings settings, String options) {
    if (settings.type() != SinkSettings.Type.KAFKA) {
      return;
    }
    String servers = requireNonNull(settings.bootstrapServers());
    String name = requireNonNull(settings.topic());
    Access access = Access.of(servers, settings.kafkaProperties());
    try (BrokerInquiry broker = open(access)) {
      if (topic(broker, options + ".topic", name, AclOperation.WRITE) != null) {
        checkRecordSize(settings, options, broker.topicSetting(name, "max.message.bytes"));
      }
      if (settings.guarantee() == Guarantee.EXACTLY_ONCE) {
        boolean fits =
            checkTransactionTimeout(
                settings, options, broker.brokerSetting(MAX_TRANSACTION_TIMEOUT));
        if (fits) {
          tryTransactionalId(settings, options);
        }
      }
    } catch (NoAnswerException e) {
      remember(access, e);
      problems.add("%s.kafka.bootstrap-servers: %s".formatted(options, e.sentence()));
    }
  }

  /** The topic, with a problem and null where it is missing or {@code needed} is not allowed. */
  private BrokerInquiry.@Nullable Topic topic(
      BrokerInquiry broker, String option, String name, AclOperation needed)
      throws NoAnswerException {
    BrokerInquiry.Topic topic;
    try {
      topic = broker.topic(name);
    } catch (NoAnswerException e) {
      if (e.unreachable()) {
        throw e;
      }
      problems.add("%s: %s".formatted(option, e.sentence()));
      return null;
    }
    String verb = needed == AclOperation.READ ? "read" : "write";
    if (!topic.allows(needed)) {
      problems.add("%s: no permission to %s topic '%s'".formatted(option, verb, name));
      return null;
    }
    notes.accept(
        topic.allowed() == null
            ? "topic '%s' has %d partitions; the broker does not tell who may %s it"
                .formatted(name, topic.partitions(), verb)
            : "topic '%s' has %d partitions, %s is allowed"
                .formatted(name, topic.partitions(), verb));
    return topic;
  }

  /** A record that the producer may send and the broker refuses would fail the job for ever. */
  private void checkRecordSize(SinkSettings settings, String options, @Nullable String max) {
    int request = Producers.maxRequestSize(settings);
    if (max != null && Long.parseLong(max) < request) {
      problems.add(
          "%s.topic: topic '%s' takes records of %s bytes (max.message.bytes), and the producer sends up to %d: set %s.kafka.properties.max.request.size to %s, or raise the topic's limit"
              .formatted(options, settings.topic(), max, request, options, max));
    }
  }

  private boolean checkTransactionTimeout(
      SinkSettings settings, String options, @Nullable String max) {
    long asked = settings.transactionTimeoutMillis();
    if (max == null) {
      notes.accept(
          "the broker's %s may not be read (it needs DescribeConfigs on the cluster): %s.transaction-timeout is tried instead"
              .formatted(MAX_TRANSACTION_TIMEOUT, options));
      return true;
    }
    if (asked > Long.parseLong(max)) {
      problems.add(
          "%s.transaction-timeout must not exceed the broker's %s (got %d ms > %s ms): lower it, or raise the broker's"
              .formatted(options, MAX_TRANSACTION_TIMEOUT, asked, max));
      return false;
    }
    notes.accept(
        "%s.transaction-timeout of %d ms is within the broker's %s (%s ms)"
            .formatted(options, asked, MAX_TRANSACTION_TIMEOUT, max));
    return true;
  }

  private void tryTransactionalId(SinkSettings settings, String options) {
    String id = settings.transactionalIdPrefix() + "-check";
    Properties properties = Producers.properties(settings);
    properties.setProperty(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
    properties.setProperty(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(timeout.toMillis()));
    ByteArraySerializer bytes = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties, bytes, bytes)) {
      producer.initTransactions();
      notes.accept("transactional id '%s' may be used".formatted(id));
    } catch (TransactionalIdAuthorizationException e) {
      problems.add(
          "%s.transactional-id-prefix: no permission for transactional ids that start with '%s'"
              .formatted(options, settings.transactionalIdPrefix()));
    } catch (KafkaException e) {
      String why = BrokerInquiry.deepest(e);
      if (why.contains(MAX_TRANSACTION_TIMEOUT)) { // no exception of its own reaches us
        problems.add(
            "%s.transaction-timeout: %d ms exceed the broker's %s: lower it, or raise the broker's"
                .formatted(options, settings.transactionTimeoutMillis(), MAX_TRANSACTION_TIMEOUT));
        return;
      }
      problems.add(
          "%s.guarantee: exactly-once can't open a transaction at %s: %s"
              .formatted(options, settings.bootstrapServers(), why));
    }
  }
}
