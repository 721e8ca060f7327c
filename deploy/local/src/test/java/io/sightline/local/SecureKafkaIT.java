// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.Problems;
import io.sightline.reference.Rejections;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.sink.Sinks;
import io.sightline.source.KafkaSources;
import io.sightline.source.ParseFunction;
import io.sightline.testing.TestKeystore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Source and sinks against a broker that wants TLS, a password and ACLs. */
class SecureKafkaIT {

  private static final String PREFIX = "secure-test";

  @TempDir static Path folder;

  private static TestKeystore keystore;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    keystore = TestKeystore.create(folder);
    broker =
        EmbeddedBroker.builder()
            .tls(keystore.file(), keystore.password())
            .user("sightline", "the-right-password")
            .authorization()
            .start();
    broker.createTopic("images", 2);
    broker.createTopic("events", 1);
    broker.createTopic("rejections", 1);
    broker
        .admin()
        .createAcls(
            List.of(
                allow(ResourceType.TOPIC, "images", AclOperation.READ),
                allow(ResourceType.GROUP, "secure-group", AclOperation.READ),
                allow(ResourceType.TOPIC, "events", AclOperation.WRITE),
                allow(ResourceType.TOPIC, "rejections", AclOperation.WRITE),
                allow(ResourceType.TRANSACTIONAL_ID, PREFIX, AclOperation.WRITE)))
        .all()
        .get();
  }

  @AfterAll
  static void closeBroker() {
    broker.close();
  }

  @Test
  void theJobReadsAndWritesOverTlsWithItsPasswordAndTheFewestRights() throws Exception {
    Map<String, Object> admin = new HashMap<>();
    admin.put("bootstrap.servers", broker.adminBootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(admin, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < 20; i++) {
        producer.send(new ProducerRecord<>("images", i % 2, "key-" + i, "no uri " + i)).get();
      }
    }

    JobClient job = rejectEverything("the-right-password").executeAsync("secure");
    List<Rejection> rejections;
    try {
      rejections = readRejections(20);
    } finally {
      job.cancel().get();
    }

    assertThat(rejections).hasSize(20);
    assertThat(rejections)
        .extracting(r -> UTF_8.decode(r.getOrigin().getKey().duplicate()).toString())
        .doesNotHaveDuplicates()
        .allMatch(key -> key.startsWith("key-"));
    assertThat(rejections).allMatch(r -> r.getReason().equals("malformed-uri"));
  }

  @Test
  void aWrongPasswordFailsTheJobAndTheErrorSaysSoWithoutThePassword() throws Exception {
    StreamExecutionEnvironment env = rejectEverything("wrong-password-of-this-test");

    assertThatThrownBy(env::execute)
        .hasRootCauseInstanceOf(SaslAuthenticationException.class)
        .hasStackTraceContaining("Authentication failed: Invalid username or password")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("wrong-password-of-this-test"));
  }

  private static String stackTrace(Throwable error) {
    return org.apache.flink.util.ExceptionUtils.stringifyException(error);
  }

  private static StreamExecutionEnvironment rejectEverything(String password) {
    ClassifyJobConfig config = config(password);
    Configuration flink = config.flink();
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    SingleOutputStreamOperator<ImageReference> references =
        env.fromSource(
                KafkaSources.create(config.source()), WatermarkStrategy.noWatermarks(), "images")
            .process(new ParseFunction(config.source()));
    references.getSideOutput(Rejections.TAG).sinkTo(Sinks.rejections(config.rejections()));
    return env;
  }

  private static ClassifyJobConfig config(String password) {
    Map<String, String> options = new HashMap<>();
    options.put("source.kafka.bootstrap-servers", broker.bootstrapServers());
    options.put("source.topics", "images");
    options.put("source.group-id", "secure-group");
    options.put("source.format", "uri");
    options.put("source.id", "offset");
    options.put("model.dir", folder.toString());
    options.put("sink.topic", "events");
    options.put("rejections.topic", "rejections");
    options.put("rejections.transactional-id-prefix", PREFIX);
    options.put("sink.transactional-id-prefix", PREFIX + "-events");
    keystore
        .saslSsl("sightline", password)
        .forEach(
            (key, value) -> {
              options.put("source.kafka.properties." + key, value);
              options.put("sink.kafka.properties." + key, value);
            });
    Problems problems = new Problems();
    ClassifyJobConfig config = ClassifyJobConfig.read(Configuration.fromMap(options), problems);
    assertThat(problems.messages()).isEmpty();
    assertThat(config.toString()).doesNotContain(password, keystore.password());
    return config;
  }

  private static List<Rejection> readRejections(int count) throws Exception {
    List<Rejection> rejections = new ArrayList<>();
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", broker.adminBootstrapServers());
    properties.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition("rejections", 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (rejections.size() < count && System.nanoTime() < deadline) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          rejections.add(Rejection.getDecoder().decode(record.value()));
        }
      }
    }
    return rejections;
  }

  private static AclBinding allow(ResourceType type, String name, AclOperation operation) {
    PatternType pattern =
        type == ResourceType.TRANSACTIONAL_ID ? PatternType.PREFIXED : PatternType.LITERAL;
    return new AclBinding(
        new ResourcePattern(type, name, pattern),
        new AccessControlEntry("User:sightline", "*", operation, AclPermissionType.ALLOW));
  }
}
