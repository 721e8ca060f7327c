// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker in this process: one node that is broker and controller, on loopback, with its
 * data in a temporary folder. It is for tests, bench and the demo; several may run at once. Topics
 * are never created by use: {@link #createTopic} does it.
 *
 * <p>Besides the listener for clients it has one without credentials for itself and for {@link
 * #admin()}, which may do everything. A fault that is fatal to the broker, a full disk for
 * instance, ends the process, as it does for any Kafka server. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final String CLIENT = "CLIENT";
  private static final String INTERNAL = "INTERNAL";
  private static final String CONTROLLER = "CONTROLLER";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Names of MBeans hold the node id, so brokers of one process must not share it. */
  private static final AtomicInteger NEXT_NODE_ID = new AtomicInteger(1);

  private final int nodeId = NEXT_NODE_ID.getAndIncrement();
  private final Builder settings;
  private final Path folder;
  private final ReservedPorts ports;
  private final Thread shutdownHook = new Thread(this::shutDown, "embedded-broker-shutdown");
  private @Nullable KafkaRaftServer server;
  private @Nullable Admin admin;
  private boolean closed;

  private EmbeddedBroker(Builder settings) throws IOException {
    this.settings = settings;
    this.ports = ReservedPorts.of(CLIENT, INTERNAL, CONTROLLER);
    this.folder = Files.createTempDirectory("sightline-broker-");
  }

  /** A broker without security, where nothing else is asked for. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts a broker without security. */
  public static EmbeddedBroker create() throws IOException {
    return builder().start();
  }

  /** What clients take as {@code bootstrap.servers}; it stays the same over a restart. */
  public String bootstrapServers() {
    return ports.address(CLIENT);
  }

  /**
   * The listener without credentials, for clients that must do what the client listener forbids.
   */
  public String adminBootstrapServers() {
    return ports.address(INTERNAL);
  }

  /** Folder with the broker's data; {@link #close} deletes it. */
  public Path folder() {
    return folder;
  }

  /** An admin client that may do everything; the broker closes it. */
  public synchronized Admin admin() {
    if (admin == null) {
      admin = Admin.create(Map.of("bootstrap.servers", ports.address(INTERNAL)));
    }
    return admin;
  }

  /**
   * Waits until the broker coordinates consumer groups and transactions. It makes their topics when
   * it is first asked for a coordinator, and whoever asks first is told that there is none yet.
   */
  public void awaitCoordinators() throws ExecutionException, InterruptedException {
    String nobody = "nobody";
    admin().listConsumerGroupOffsets(nobody).partitionsToOffsetAndMetadata().get();
    admin().fenceProducers(List.of(nobody)).all().get();
  }

  /** Creates a topic and waits until each of its partitions has a leader. */
  public void createTopic(String name, int partitions) {
    createTopic(name, partitions, Map.of());
  }

  /**
   * Creates a topic and waits until each of its partitions has a leader.
   *
   * @param configuration the topic's own settings, {@code max.message.bytes} for instance
   */
  public void createTopic(String name, int partitions, Map<String, String> configuration) {
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configuration);
    try {
      admin().createTopics(List.of(topic)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!hasLeaders(name)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("Topic " + name + " has partitions without a leader");
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Topic " + name + " was not created", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("Topic " + name + " was not created in " + PATIENCE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while topic " + name + " was created", e);
    }
  }

  private boolean hasLeaders(String name) throws InterruptedException {
    try {
      Map<String, TopicDescription> topics =
          admin().describeTopics(List.of(name)).allTopicNames().get();
      return topics.values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(partition -> isNode(partition.leader()));
    } catch (ExecutionException e) {
      return false; // the broker has not seen the topic yet
    }
  }

  private static boolean isNode(@Nullable Node leader) {
    return leader != null && !leader.isEmpty();
  }

  /**
   * Starts the broker again after {@link #stop}, with the data and the ports that it had. Does
   * nothing where it runs.
   */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("The broker is closed");
    }
    if (server != null) {
      return;
    }
    RunningServers.add();
    try {
      KafkaRaftServer starting =
          new KafkaRaftServer(KafkaConfig.fromProps(properties(), false), Time.SYSTEM);
      server = starting;
      starting.startup();
    } finally {
      if (server == null) {
        RunningServers.remove();
      }
    }
  }

  /** Stops the broker and keeps its data. Does nothing where it is stopped. */
  public synchronized void stop() {
    KafkaRaftServer stopping = server;
    if (stopping != null) {
      server = null;
      try {
        stopping.shutdown();
        stopping.awaitShutdown();
      } finally {
        RunningServers.remove();
      }
    }
  }

  /**
   * Stops the broker and deletes its data. What remains in the process are two idle daemon threads
   * of Kafka's metrics library, whatever the number of brokers.
   */
  @Override
  public void close() {
    shutDown();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The process ends: the hook has found, or will find, a closed broker.
    }
  }

  private synchronized void shutDown() {
    if (closed) {
      return;
    }
    closed = true;
    if (admin != null) {
      admin.close(Duration.ZERO);
      admin = null;
    }
    try {
      stop();
    } finally {
      ports.close();
      delete(folder);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // What is gone need not be deleted.
    } catch (IOException e) {
      throw new UncheckedIOException("Folder " + folder + " was not deleted", e);
    }
  }

  private void format() throws IOException {
    Formatter formatter =
        new Formatter()
            .setPrintStream(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
            .setNodeId(nodeId)
            .setClusterId(Uuid.randomUuid().toString())
            .addDirectory(folder.toString())
            .setMetadataLogDirectory(Optional.of(folder.toString()))
            .setControllerListenerName(CONTROLLER);
    try {
      formatter.run();
    } catch (Exception e) {
      throw new IOException("Folder " + folder + " was not formatted", e);
    }
  }

  private Properties properties() {
    Map<String, String> all = new HashMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", Integer.toString(nodeId));
    all.put("log.dirs", folder.toString());
    all.put("controller.quorum.voters", nodeId + "@" + ports.address(CONTROLLER));
    all.put("controller.listener.names", CONTROLLER);
    all.put("inter.broker.listener.name", INTERNAL);
    all.put(
        "listeners",
        Stream.of(CLIENT, INTERNAL, CONTROLLER)
            .map(name -> name + "://" + ports.address(name))
            .collect(Collectors.joining(",")));
    all.put(
        "listener.security.protocol.map",
        CLIENT
            + ":"
            + settings.protocol()
            + ","
            + INTERNAL
            + ":PLAINTEXT,"
            + CONTROLLER
            + ":PLAINTEXT");
    all.put("auto.create.topics.enable", "false");
    all.put("group.initial.rebalance.delay.ms", "0");
    for (String topic : List.of("offsets.topic", "transaction.state.log")) {
      all.put(topic + ".replication.factor", "1");
      all.put(topic + ".num.partitions", "1");
    }
    all.put("transaction.state.log.min.isr", "1");
    all.put("share.coordinator.state.topic.replication.factor", "1");
    all.put("share.coordinator.state.topic.num.partitions", "1");
    all.put("share.coordinator.state.topic.min.isr", "1");
    // One process, a handful of clients: few threads, and not 128 MiB of heap for the log cleaner.
    all.put("num.network.threads", "2");
    all.put("num.io.threads", "4");
    all.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    all.put("metric.reporters", "");
    // Two records a second that only show other controllers that this one lives.
    all.put("metadata.max.idle.interval.ms", "0");
    settings.addSecurity(all);
    all.putAll(settings.properties);
    Properties properties = new Properties();
    properties.putAll(all);
    return properties;
  }

  /** Collects what a broker shall be. Not thread-safe. */
  public static final class Builder {

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> users = new HashMap<>();
    private @Nullable Path keystore;
    private String keystorePassword = "";
    private boolean authorization;
    private boolean shutdownHook = true;

    private Builder() {}

    /**
     * Sets a property of the broker, {@code transaction.max.timeout.ms} for instance. It wins over
     * what the broker would have by itself.
     */
    public Builder property(String key, String value) {
      properties.put(key, value);
      return this;
    }

    /** Lets a client in by SASL PLAIN, and from now on none without a password. */
    public Builder user(String name, String password) {
      users.put(name, password);
      return this;
    }

    /**
     * Switches TLS on.
     *
     * @param keystore PKCS12 file with the key and the certificate for 127.0.0.1
     */
    public Builder tls(Path keystore, String password) {
      this.keystore = keystore;
      this.keystorePassword = password;
      return this;
    }

    /**
     * Forbids users everything that no ACL allows; {@link #admin()} creates ACLs. It is of use with
     * {@link #user} only, since clients without a name may do everything.
     */
    public Builder authorization() {
      authorization = true;
      return this;
    }

    /**
     * Leaves it to the caller to close the broker where the process is asked to end, after those
     * who need it. Otherwise it goes by itself then.
     */
    public Builder withoutShutdownHook() {
      shutdownHook = false;
      return this;
    }

    /** Starts the broker; it takes a few seconds. */
    public EmbeddedBroker start() throws IOException {
      EmbeddedBroker broker = new EmbeddedBroker(this);
      boolean started = false;
      try {
        broker.format();
        broker.start();
        if (shutdownHook) {
          Runtime.getRuntime().addShutdownHook(broker.shutdownHook);
        }
        started = true;
        return broker;
      } finally {
        if (!started) { // by an InterruptedException too, which Scala does not declare
          broker.close();
        }
      }
    }

    private String protocol() {
      if (users.isEmpty()) {
        return keystore == null ? "PLAINTEXT" : "SSL";
      }
      return keystore == null ? "SASL_PLAINTEXT" : "SASL_SSL";
    }

    private void addSecurity(Map<String, String> all) {
      if (!users.isEmpty()) {
        String prefix = "listener.name." + CLIENT.toLowerCase(Locale.ROOT) + ".";
        StringBuilder jaas =
            new StringBuilder("org.apache.kafka.common.security.plain.PlainLoginModule required");
        users.forEach(
            (name, password) ->
                jaas.append(" user_").append(name).append("=\"").append(password).append('"'));
        all.put(prefix + "sasl.enabled.mechanisms", "PLAIN");
        all.put(prefix + "plain.sasl.jaas.config", jaas.append(';').toString());
      }
      if (keystore != null) {
        all.put("ssl.keystore.type", "PKCS12");
        all.put("ssl.keystore.location", keystore.toString());
        all.put("ssl.keystore.password", keystorePassword);
        all.put("ssl.key.password", keystorePassword);
      }
      if (authorization) {
        all.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        all.put("super.users", "User:ANONYMOUS");
      }
    }
  }
}
