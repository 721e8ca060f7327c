// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import io.sightline.config.Secrets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Questions to one set of brokers, none of which changes anything there: describing a topic through
 * the admin client never creates it. Not thread-safe.
 */
final class BrokerInquiry implements AutoCloseable {

  private final Admin admin;
  private final String servers;
  private final Duration timeout;

  private BrokerInquiry(Admin admin, String servers, Duration timeout) {
    this.admin = admin;
    this.servers = servers;
    this.timeout = timeout;
  }

  /** Says in one sentence why a question has no answer. */
  static final class NoAnswerException extends Exception {

    private final boolean unreachable;

    NoAnswerException(String message, boolean unreachable, @Nullable Throwable cause) {
      super(message, cause);
      this.unreachable = unreachable;
    }

    String sentence() {
      return String.valueOf(getMessage());
    }

    /** Whether every other question would fail in the same way. */
    boolean unreachable() {
      return unreachable;
    }
  }

  /**
   * What a broker says of a topic.
   *
   * @param allowed operations that we may do; null where the broker does not tell
   */
  record Topic(int partitions, @Nullable Set<AclOperation> allowed) {

    boolean allows(AclOperation operation) {
      return allowed == null || allowed.contains(operation) || allowed.contains(AclOperation.ALL);
    }
  }

  /**
   * How brokers are reached: what of it is equal has the same answer.
   *
   * @param properties of an admin client
   */
  record Access(String servers, Map<String, String> properties) {

    /** The access of a consumer or producer, of whose properties an admin client knows some. */
    static Access of(String servers, Map<String, String> properties) {
      Map<String, String> known = new HashMap<>(properties);
      known.keySet().retainAll(AdminClientConfig.configNames());
      known.remove(AdminClientConfig.CLIENT_ID_CONFIG);
      return new Access(servers, known);
    }
  }

  /** Connects. */
  static BrokerInquiry open(Access access, Duration timeout) throws NoAnswerException {
    String servers = access.servers();
    Map<String, Object> config = new HashMap<>(access.properties());
    config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    try {
      return new BrokerInquiry(Admin.create(config), servers, timeout);
    } catch (KafkaException e) {
      throw new NoAnswerException(
          "no Kafka client for %s: %s"
              .formatted(servers, Secrets.withoutValues(deepest(e), access.properties())),
          true,
          e);
    }
  }

  Topic topic(String name) throws NoAnswerException {
    TopicDescription topic =
        ask(
            admin
                .describeTopics(
                    List.of(name), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues()
                .get(name),
            "topic '" + name + "'");
    return new Topic(topic.partitions().size(), topic.authorizedOperations());
  }

  /** Names of the topics that may be seen and match as a whole, internal ones left out. */
  List<String> topics(Pattern pattern) throws NoAnswerException {
    Collection<String> names = ask(admin.listTopics().names(), "the list of topics");
    return names.stream().filter(name -> pattern.matcher(name).matches()).sorted().toList();
  }

  /** Whether the group may be used; a group that does not exist yet may, as far as can be told. */
  boolean mayReadAs(String group) throws NoAnswerException {
    try {
      Set<AclOperation> allowed =
          ask(
                  admin
                      .describeConsumerGroups(
                          List.of(group),
                          new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                      .describedGroups()
                      .get(group),
                  "group '" + group + "'")
              .authorizedOperations();
      return new Topic(0, allowed).allows(AclOperation.READ);
    } catch (NoAnswerException e) {
      if (e.unreachable()) {
        throw e;
      }
      return !(e.getCause() instanceof GroupAuthorizationException);
    }
  }

  /** A setting of the brokers; null where it may not be read. */
  @Nullable String brokerSetting(String name) throws NoAnswerException {
    Collection<Node> nodes = ask(admin.describeCluster().nodes(), "the list of brokers");
    if (nodes.isEmpty()) {
      return null;
    }
    String id = nodes.iterator().next().idString();
    return setting(new ConfigResource(ConfigResource.Type.BROKER, id), name);
  }

  /** A setting of a topic; null where it may not be read. */
  @Nullable String topicSetting(String topic, String name) throws NoAnswerException {
    return setting(new ConfigResource(ConfigResource.Type.TOPIC, topic), name);
  }

  private @Nullable String setting(ConfigResource resource, String name) throws NoAnswerException {
    try {
      ConfigEntry entry =
          ask(
                  admin.describeConfigs(List.of(resource)).values().get(resource),
                  "the settings of " + resource)
              .get(name);
      return entry == null ? null : entry.value();
    } catch (NoAnswerException e) {
      if (e.unreachable()) {
        throw e;
      }
      return null;
    }
  }

  private <T> T ask(@Nullable KafkaFuture<T> answer, String what) throws NoAnswerException {
    if (answer == null) {
      throw failure(null, what);
    }
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause(), what);
    } catch (TimeoutException e) {
      throw failure(e, what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(e, what);
    }
  }

  private NoAnswerException failure(@Nullable Throwable cause, String what) {
    if (cause instanceof UnknownTopicOrPartitionException) {
      return new NoAnswerException(
          "%s does not exist at %s: create it first, Sightline never does".formatted(what, servers),
          false,
          cause);
    }
    if (cause instanceof InvalidTopicException) {
      return new NoAnswerException(what + " has a name that Kafka does not allow", false, cause);
    }
    if (cause instanceof TopicAuthorizationException) {
      return new NoAnswerException(
          "%s does not exist at %s, or may not be seen: it needs the permission Describe"
              .formatted(what, servers),
          false,
          cause);
    }
    if (cause instanceof AuthorizationException) {
      return new NoAnswerException(
          "no permission for %s at %s: %s".formatted(what, servers, cause.getMessage()),
          false,
          cause);
    }
    if (cause instanceof AuthenticationException) {
      return new NoAnswerException(
          "%s refused the credentials: %s".formatted(servers, cause.getMessage()), true, cause);
    }
    if (cause instanceof TimeoutException
        || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
      return new NoAnswerException(
          "no broker at %s answered within %d s: is the address right, and security.protocol?"
              .formatted(servers, timeout.toSeconds()),
          true,
          cause);
    }
    return new NoAnswerException(
        "%s at %s can't be told: %s".formatted(what, servers, cause), false, cause);
  }

  /** Message of the innermost cause: Kafka wraps what is wrong with a property. */
  static String deepest(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
