// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Topics of one classify job, and its configuration in a file. Records are URIs, and their keys the
 * ids of the references.
 */
record ClassifyRun(EmbeddedBroker broker, String name, Path config) {

  /**
   * Creates the topics and writes the configuration.
   *
   * @param more options that are set last
   */
  static ClassifyRun create(
      EmbeddedBroker broker,
      Path folder,
      String name,
      int partitions,
      Path model,
      Map<String, String> more)
      throws IOException {
    broker.createTopic(name, partitions);
    broker.createTopic(name + "-events", 2);
    broker.createTopic(name + "-rejections", 1);
    Path config =
        Files.writeString(
            folder.resolve(name + ".yaml"),
            """
            job.name: %1$s
            source:
              kafka.bootstrap-servers: %2$s
              topics: [%1$s]
              format: uri
              id: kafka-key
              start: earliest
            model.dir: %3$s
            fetch.schemes: [file, http]
            fetch.timeout: 45 s
            classify.timeout: 3 min
            decode.small-images: upscale
            sink.topic: %1$s-events
            rejections.topic: %1$s-rejections
            execution.checkpointing.interval: 1 s
            restart-strategy.type: exponential-delay
            restart-strategy.exponential-delay.initial-backoff: 1 s
            restart-strategy.exponential-delay.max-backoff: 2 s
            """
                    .formatted(name, broker.bootstrapServers(), model)
                + more.entrySet().stream()
                    .map(option -> option.getKey() + ": " + option.getValue() + "\n")
                    .collect(Collectors.joining()));
    return new ClassifyRun(broker, name, config);
  }

  /** Writes references to images of a server. */
  void publish(ColourServer images, List<String> ids) throws Exception {
    publish(ids, ids.stream().map(images::uri).toList());
  }

  void publish(List<String> ids, List<String> uris) throws Exception {
    new Topics(broker)
        .publish(
            name,
            uris.stream().map(uri -> uri.getBytes(StandardCharsets.UTF_8)).toList(),
            List.copyOf(ids));
  }

  OutcomeLedger ledger() {
    return OutcomeLedger.open(broker, name + "-events", name + "-rejections");
  }
}
