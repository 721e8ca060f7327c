// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import io.sightline.local.ReservedPorts;
import io.sightline.local.cluster.ClusterConfiguration.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.GlobalConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The process that {@code sightline cluster start} leaves behind, and no command of a user's. */
@Command(name = "supervise")
final class SuperviseCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(SuperviseCommand.class);
  private static final String REST = "rest";
  private static final String RPC = "rpc";
  private static final String BLOBS = "blobs";

  @Option(names = "--folder")
  private Path root;

  @Option(names = "--taskmanagers")
  private int taskManagers;

  @Option(names = "--slots")
  private int slots;

  @Option(names = "--port")
  private int port;

  @Option(names = "--set")
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(names = "--no-natives")
  private boolean noNatives;

  @Option(names = "--owner")
  private @Nullable Long owner;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  private SuperviseCommand() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new SuperviseCommand()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    ClusterFolder folder = new ClusterFolder(root);
    try (ReservedPorts ports = ReservedPorts.of(RPC, BLOBS)) {
      reserveRest(ports);
      Configuration flink =
          ClusterConfiguration.create(
              folder,
              slots,
              taskManagers,
              new Ports(ports.port(REST), ports.port(RPC), ports.port(BLOBS)),
              options);
      writeConfiguration(folder, flink);
      try (ClusterClient client = ClusterClient.of(flink)) {
        supervise(
            folder,
            new Supervisor(
                folder,
                client,
                new FlinkProcesses(folder, flink, FlinkJars.classPath(!noNatives)),
                taskManagers));
      }
      return ClusterAction.DONE;
    } catch (ClusterFailure e) {
      LOG.error("{}", e.getMessage());
      return ClusterAction.FAILED;
    }
  }

  private void supervise(ClusterFolder folder, Supervisor supervisor) throws Exception {
    folder.record(RecordedProcess.of(ClusterFolder.SUPERVISOR, ProcessHandle.current()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(folder, supervisor), "shutdown"));
    Optional<ProcessHandle> wanting =
        owner == null ? Optional.of(ProcessHandle.current()) : ProcessHandle.of(owner);
    supervisor.run(() -> wanting.isPresent() && wanting.get().isAlive());
  }

  private static void end(ClusterFolder folder, Supervisor supervisor) {
    try {
      supervisor.close();
      folder.forget(ClusterFolder.SUPERVISOR);
    } catch (IOException | ClusterFailure e) {
      LOG.error("The cluster was not stopped as it should", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reserveRest(ReservedPorts ports) throws ClusterFailure {
    try {
      ports.reserve(REST, port);
    } catch (IOException e) {
      throw new ClusterFailure(
          "--port %d can't be had (%s): give another, or 0 for a free one"
              .formatted(port, e.getMessage()),
          e);
    }
  }

  private static void writeConfiguration(ClusterFolder folder, Configuration flink)
      throws IOException {
    try (InputStream logging =
        Objects.requireNonNull(
            SuperviseCommand.class.getResourceAsStream("log4j2.properties"), "log4j2.properties")) {
      Files.copy(
          logging,
          folder.configuration().resolve("log4j2.properties"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path part = folder.configuration().resolve("config.part");
    Files.write(part, ConfigurationUtils.convertConfigToWritableLines(flink, true));
    Files.move(
        part,
        folder.configuration().resolve(GlobalConfiguration.FLINK_CONF_FILENAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
