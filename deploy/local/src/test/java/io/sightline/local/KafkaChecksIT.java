// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.Problems;
import io.sightline.config.SinkSettings;
import io.sightline.config.SourceSettings;
import io.sightline.sink.KafkaChecks;
import io.sightline.source.SourcePartitions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the brokers say of a job before it runs. */
@Timeout(120)
class KafkaChecksIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long MAX_TRANSACTION_MILLIS = 60_000;

  private final Problems problems = new Problems();
  private final List<String> notes = new ArrayList<>();
  private final KafkaChecks checks = new KafkaChecks(PATIENCE, problems, notes::add);

  /** A broker on which topics come into being by use, as many clusters have it. */
  @Nested
  class OnABrokerWithoutSecurity {

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
      broker =
          EmbeddedBroker.builder()
              .property("transaction.max.timeout.ms", Long.toString(MAX_TRANSACTION_MILLIS))
              .property("auto.create.topics.enable", "true")
              .start();
      broker.createTopic("images-1", 3);
      broker.createTopic("images-2", 2);
      broker.createTopic("events", 1);
      broker.createTopic("narrow", 1, Map.of("max.message.bytes", "100000"));
    }

    @AfterAll
    static void closeBroker() {
      broker.close();
    }

    @Test
    void whatIsRightIsSaidAndPartitionsAreCounted() {
      SourcePartitions partitions = checks.source(source(List.of("images-1", "images-2"), null));
      checks.events(exactlyOnce("events", MAX_TRANSACTION_MILLIS));

      assertThat(problems.messages()).isEmpty();
      assertThat(partitions.byTopic()).isEqualTo(Map.of("images-1", 3, "images-2", 2));
      assertThat(notes)
          .contains(
              "topic 'images-1' has 3 partitions, read is allowed",
              "topic 'events' has 1 partitions, write is allowed",
              "sink.transaction-timeout of 60000 ms is within the broker's"
                  + " transaction.max.timeout.ms (60000 ms)",
              "transactional id 'prefix-check' may be used");
    }

    @Test
    void theTopicsOfAPatternAreCounted() {
      assertThat(checks.source(source(List.of(), "images-.*")).byTopic())
          .isEqualTo(Map.of("images-1", 3, "images-2", 2));
      assertThat(checks.source(source(List.of(), "images")))
          .as("the whole name")
          .isEqualTo(SourcePartitions.UNKNOWN);
      assertThat(problems.messages()).isEmpty();
      assertThat(notes).anyMatch(note -> note.contains("matches 'images' yet"));
    }

    @Test
    void missingTopicsAreAllProblemsAndNoneIsCreated() throws Exception {
      SourcePartitions partitions =
          checks.source(source(List.of("no-images", "images-1", "nor-these"), null));
      checks.events(exactlyOnce("no-events", 1000));
      checks.rejections(exactlyOnce("no-rejections", 1000));

      assertThat(partitions).isEqualTo(SourcePartitions.UNKNOWN);
      assertThat(problems.messages()).hasSize(4);
      assertThat(problems.messages().get(0))
          .startsWith("source.topics: topic 'no-images' does not exist at 127.0.0.1:")
          .endsWith("create it first, Sightline never does");
      assertThat(problems.messages().get(1)).contains("'nor-these'");
      assertThat(problems.messages().get(2)).startsWith("sink.topic: topic 'no-events'");
      assertThat(problems.messages().get(3)).startsWith("rejections.topic: topic 'no-rejections'");
      assertThat(broker.admin().listTopics().names().get())
          .doesNotContain("no-images", "nor-these", "no-events", "no-rejections");
    }

    @Test
    void theRetryTopicIsWrittenToAndReadAndSaidToBeMissingOnce() {
      checks.retries(exactlyOnce("none", 1000), source(List.of("none"), null));
      assertThat(problems.messages())
          .singleElement()
          .asString()
          .startsWith("retries.topic: topic 'none' does not exist at 127.0.0.1:");
      checks.retries(exactlyOnce("images-1", 1000), source(List.of("images-1"), null));
      assertThat(problems.messages()).hasSize(1);
      assertThat(notes)
          .contains(
              "topic 'images-1' has 3 partitions, write is allowed",
              "topic 'images-1' has 3 partitions, read is allowed");
    }

    @Test
    void aTransactionTimeoutAboveTheBrokersIsAProblem() {
      checks.rejections(exactlyOnce("events", MAX_TRANSACTION_MILLIS + 1));

      assertThat(problems.messages())
          .containsExactly(
              "rejections.transaction-timeout must not exceed the broker's"
                  + " transaction.max.timeout.ms (got 60001 ms > 60000 ms): lower it, or raise the"
                  + " broker's");
    }

    @Test
    void aTopicThatTakesLessThanTheProducerSendsIsAProblem() {
      checks.rejections(exactlyOnce("narrow", 1000));

      assertThat(problems.messages())
          .singleElement()
          .asString()
          .contains("'narrow'", "100000", "rejections.kafka.properties.max.request.size");
    }

    private SourceSettings source(List<String> topics, @Nullable String pattern) {
      return KafkaChecksIT.source(broker.bootstrapServers(), topics, pattern, Map.of());
    }

    private SinkSettings exactlyOnce(String topic, long timeoutMillis) {
      return KafkaChecksIT.exactlyOnce(
          broker.bootstrapServers(), topic, "prefix", timeoutMillis, Map.of());
    }
  }

  /** A broker that allows nothing but what an ACL says. */
  @Nested
  class OnABrokerWithPermissions {

    private static final Map<String, String> CREDENTIALS = credentials("pencil-sharpener");
    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
      broker =
          EmbeddedBroker.builder()
              .property("transaction.max.timeout.ms", Long.toString(MAX_TRANSACTION_MILLIS))
              .user("sightline", "pencil-sharpener")
              .authorization()
              .start();
      broker.createTopic("images", 2);
      broker.createTopic("hidden", 1);
      broker.createTopic("events", 1);
      broker
          .admin()
          .createAcls(
              List.of(
                  allow(ResourceType.TOPIC, "images", AclOperation.READ),
                  allow(ResourceType.TOPIC, "events", AclOperation.WRITE),
                  allow(ResourceType.GROUP, "group", AclOperation.READ),
                  allow(ResourceType.TRANSACTIONAL_ID, "mine", AclOperation.WRITE)))
          .all()
          .get();
    }

    @AfterAll
    static void closeBroker() {
      broker.close();
    }

    @Test
    void theFewestRightsAreEnoughAndWhatCannotBeToldIsTried() {
      assertThat(checks.source(source("images", CREDENTIALS)))
          .isEqualTo(SourcePartitions.of("images", 2));
      checks.events(exactlyOnce("events", "mine", MAX_TRANSACTION_MILLIS));

      assertThat(problems.messages()).isEmpty();
      assertThat(notes)
          .anyMatch(note -> note.contains("DescribeConfigs"))
          .contains("transactional id 'mine-check' may be used");
    }

    @Test
    void aTransactionTimeoutThatIsTriedInVainIsAProblem() {
      checks.events(exactlyOnce("events", "mine", MAX_TRANSACTION_MILLIS + 1));

      assertThat(problems.messages())
          .singleElement()
          .asString()
          .startsWith("sink.transaction-timeout: 60001 ms exceed the broker's");
    }

    @Test
    void whatIsNotAllowedIsNamedWithItsOption() {
      checks.source(source("hidden", CREDENTIALS));
      checks.source(source("events", CREDENTIALS));
      checks.events(exactlyOnce("images", "theirs", 1000));

      assertThat(problems.messages())
          .satisfiesExactly(
              hidden ->
                  assertThat(hidden)
                      .startsWith("source.topics: topic 'hidden'")
                      .contains("Describe"),
              events ->
                  assertThat(events)
                      .isEqualTo("source.topics: no permission to read topic 'events'"),
              images ->
                  assertThat(images).isEqualTo("sink.topic: no permission to write topic 'images'"),
              prefix ->
                  assertThat(prefix)
                      .isEqualTo(
                          "sink.transactional-id-prefix: no permission for transactional ids that"
                              + " start with 'theirs'"));
    }

    @Test
    void aGroupThatMayNotBeUsedIsAProblem() {
      SourceSettings settings =
          KafkaChecksIT.source(
              broker.bootstrapServers(), "other-group", List.of("images"), null, CREDENTIALS);

      checks.source(settings);

      assertThat(problems.messages())
          .singleElement()
          .asString()
          .startsWith("source.group-id: no permission to read as group 'other-group'");
    }

    @Test
    void wrongCredentialsAreSaidOnceAndNotShown() {
      checks.source(source("images", credentials("wrong-password")));

      assertThat(problems.messages())
          .singleElement()
          .asString()
          .contains("source.kafka.bootstrap-servers", "refused the credentials")
          .doesNotContain("wrong-password");
    }

    private SourceSettings source(String topic, Map<String, String> properties) {
      return KafkaChecksIT.source(broker.bootstrapServers(), List.of(topic), null, properties);
    }

    private SinkSettings exactlyOnce(String topic, String prefix, long timeoutMillis) {
      return KafkaChecksIT.exactlyOnce(
          broker.bootstrapServers(), topic, prefix, timeoutMillis, CREDENTIALS);
    }
  }

  @Test
  @Timeout(30)
  void aBrokerThatDoesNotAnswerIsSaidWithinTheTimeout() {
    KafkaChecks impatient = new KafkaChecks(Duration.ofSeconds(1), problems, notes::add);

    assertThat(impatient.source(source("127.0.0.1:1", List.of("images", "more"), null, Map.of())))
        .isEqualTo(SourcePartitions.UNKNOWN);

    assertThat(problems.messages())
        .singleElement()
        .asString()
        .startsWith("source.kafka.bootstrap-servers: no broker at 127.0.0.1:1 answered within 1 s");
  }

  @Test
  @Timeout(30)
  void brokersThatDidNotAnswerAreNotAskedAgain() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread acceptor =
          new Thread(
              () -> {
                try {
                  while (true) {
                    silent.accept();
                    connections.incrementAndGet();
                  }
                } catch (IOException e) {
                  // The socket was closed.
                }
              });
      acceptor.start();
      String address = "127.0.0.1:" + silent.getLocalPort();
      KafkaChecks impatient = new KafkaChecks(Duration.ofSeconds(1), problems, notes::add);

      impatient.source(source(address, List.of("images"), null, Map.of("group.id", "other")));
      int afterTheFirst = connections.get();
      impatient.events(exactlyOnce(address, "events", "prefix", 60_000, Map.of("linger.ms", "5")));

      assertThat(afterTheFirst).isPositive();
      assertThat(connections).hasValue(afterTheFirst);
      assertThat(problems.messages())
          .hasSize(2)
          .allSatisfy(problem -> assertThat(problem).contains("no broker at " + address));
    }
  }

  private static Map<String, String> credentials(String password) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"sightline\""
            + " password=\"%s\";".formatted(password));
  }

  private static SourceSettings source(
      String servers, List<String> topics, @Nullable String pattern, Map<String, String> kafka) {
    return source(servers, "group", topics, pattern, kafka);
  }

  private static SourceSettings source(
      String servers,
      String group,
      List<String> topics,
      @Nullable String pattern,
      Map<String, String> kafka) {
    return new SourceSettings(
        servers,
        topics,
        pattern,
        group,
        SourceSettings.Start.COMMITTED,
        null,
        SourceSettings.Format.JSON,
        SourceSettings.Id.OFFSET,
        Duration.ofMinutes(1),
        Duration.ZERO,
        Duration.ZERO,
        null,
        Duration.ofSeconds(1),
        1000,
        1000,
        kafka);
  }

  private static SinkSettings exactlyOnce(
      String servers, String topic, String prefix, long timeoutMillis, Map<String, String> kafka) {
    return new SinkSettings(
        SinkSettings.Type.KAFKA,
        SinkSettings.Guarantee.EXACTLY_ONCE,
        SinkSettings.Encoding.JSON,
        servers,
        topic,
        -1,
        prefix,
        timeoutMillis,
        null,
        SinkSettings.Codec.NULL,
        kafka);
  }

  private static AclBinding allow(ResourceType type, String name, AclOperation operation) {
    PatternType pattern =
        type == ResourceType.TRANSACTIONAL_ID ? PatternType.PREFIXED : PatternType.LITERAL;
    return new AclBinding(
        new ResourcePattern(type, name, pattern),
        new AccessControlEntry("User:sightline", "*", operation, AclPermissionType.ALLOW));
  }
}
