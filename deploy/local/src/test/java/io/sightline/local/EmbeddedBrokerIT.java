// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.testing.TestKeystore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {

  @TempDir Path folder;

  @Test
  void dataPortsAndCommittedTransactionsOutliveARestart() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.create()) {
      broker.createTopic("words", 2);
      String before = broker.bootstrapServers();
      try (KafkaProducer<String, String> producer =
          producer(broker, Map.of("transactional.id", "words-1"))) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("words", 0, "k", "committed")).get();
        producer.send(new ProducerRecord<>("words", 1, "k", "committed too")).get();
        producer.commitTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("words", 0, "k", "aborted")).get();
        producer.abortTransaction();
      }

      broker.stop();
      assertThatThrownBy(() -> bindTo(before)).isInstanceOf(IOException.class);
      broker.start();

      assertThat(broker.bootstrapServers()).isEqualTo(before);
      try (KafkaProducer<String, String> producer = producer(broker, Map.of())) {
        producer.send(new ProducerRecord<>("words", 0, "k", "after the restart")).get();
      }
      assertThat(read(broker, "words", 3, Map.of("isolation.level", "read_committed")))
          .containsExactlyInAnyOrder("committed", "committed too", "after the restart");
      assertThat(read(broker, "words", 4, Map.of("isolation.level", "read_uncommitted")))
          .contains("aborted");
    }
  }

  @Test
  void twoBrokersAtOnceShareNothing() throws Exception {
    try (EmbeddedBroker first = EmbeddedBroker.create();
        EmbeddedBroker second = EmbeddedBroker.create()) {
      first.createTopic("words", 1);
      second.createTopic("words", 1);
      for (EmbeddedBroker broker : List.of(first, second)) {
        try (KafkaProducer<String, String> producer = producer(broker, Map.of())) {
          producer.send(new ProducerRecord<>("words", broker.folder().toString())).get();
        }
      }
      assertThat(read(first, "words", 1, Map.of())).containsExactly(first.folder().toString());
      assertThat(read(second, "words", 1, Map.of())).containsExactly(second.folder().toString());

      first.close();

      assertThat(read(second, "words", 1, Map.of())).containsExactly(second.folder().toString());
    }
  }

  @Test
  void aClosedBrokerLeavesNeitherThreadNorPortNorFolderNorProperty() throws Exception {
    TimeZone.getDefault(); // the JDK sets user.timezone at its first use
    Set<String> threadsBefore = threads();
    Map<Object, Object> propertiesBefore = Map.copyOf(System.getProperties());
    Set<ObjectName> beansBefore = kafkaBeans();

    EmbeddedBroker broker = EmbeddedBroker.create();
    broker.createTopic("words", 1);
    broker.close();
    broker.close();

    assertThat(broker.folder()).doesNotExist();
    bindTo(broker.bootstrapServers());
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(threads()).isSubsetOf(threadsBefore));
    assertThat(System.getProperties()).containsExactlyInAnyOrderEntriesOf(propertiesBefore);
    assertThat(kafkaBeans()).isEqualTo(beansBefore);
    assertThatThrownBy(broker::start).hasMessage("The broker is closed");
  }

  @Test
  void topicsAreNotCreatedByUseAndPropertiesOfTheBrokerCanBeSet() throws Exception {
    try (EmbeddedBroker broker =
            EmbeddedBroker.builder().property("transaction.max.timeout.ms", "2000").start();
        KafkaProducer<String, String> producer =
            producer(broker, Map.of("max.block.ms", "500", "transactional.id", "t"))) {
      assertThatThrownBy(producer::initTransactions)
          .hasMessageContaining("larger than the maximum value allowed");
      assertThatThrownBy(() -> broker.admin().describeTopics(List.of("none")).allTopicNames().get())
          .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  @Test
  void usersComeInOverTlsWithTheirPasswordAndMayDoWhatAnAclAllows() throws Exception {
    TestKeystore keystore = TestKeystore.create(folder);
    try (EmbeddedBroker broker =
        EmbeddedBroker.builder()
            .tls(keystore.file(), keystore.password())
            .user("ada", "secret-of-ada")
            .authorization()
            .start()) {
      broker.createTopic("allowed", 1);
      broker.createTopic("forbidden", 1);
      broker.admin().createAcls(List.of(mayWrite("ada", "allowed"))).all().get();

      try (KafkaProducer<String, String> producer =
          producer(broker, keystore.saslSsl("ada", "secret-of-ada"))) {
        assertThat(producer.send(new ProducerRecord<>("allowed", "a")).get().offset()).isZero();
        assertThatThrownBy(() -> producer.send(new ProducerRecord<>("forbidden", "a")).get())
            .isInstanceOf(ExecutionException.class)
            .hasRootCauseInstanceOf(TopicAuthorizationException.class);
      }
      try (KafkaProducer<String, String> producer =
          producer(broker, keystore.saslSsl("ada", "wrong"))) {
        assertThatThrownBy(() -> producer.send(new ProducerRecord<>("allowed", "a")).get())
            .hasRootCauseInstanceOf(SaslAuthenticationException.class);
      }
    }
  }

  private static AclBinding mayWrite(String user, String topic) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
        new AccessControlEntry("User:" + user, "*", AclOperation.WRITE, AclPermissionType.ALLOW));
  }

  private static KafkaProducer<String, String> producer(
      EmbeddedBroker broker, Map<String, String> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", broker.bootstrapServers());
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  private static List<String> read(
      EmbeddedBroker broker, String topic, int expected, Map<String, String> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", broker.bootstrapServers());
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (values.size() < expected && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  private static void bindTo(String address) throws IOException {
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(ReservedPorts.loopback(), port));
    }
  }

  private static Set<ObjectName> kafkaBeans() throws JMException {
    return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("kafka.*:*"), null);
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> !name.startsWith("awaitility"))
        // Two daemons that Kafka's metrics library keeps for the life of the process.
        .filter(name -> !name.startsWith("metrics-meter-tick-thread-"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
