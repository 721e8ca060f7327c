// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.messages.webmonitor.ClusterOverview;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command {@code sightline cluster start}. */
@Command(
    name = "start",
    description = "Starts a cluster, and comes back when all its slots are there.")
final class StartCommand extends ClusterAction {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int MOST = 64;

  @Option(
      names = "--taskmanagers",
      paramLabel = "N",
      defaultValue = "2",
      description = "TaskManagers, a process each (default: ${DEFAULT-VALUE}).")
  private int taskManagers;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "2",
      description = "Slots a TaskManager (default: ${DEFAULT-VALUE}).")
  private int slots;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of the web interface and of REST; 0, the default, takes a free one.")
  private int port;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets an option of Flink's for all processes. May be repeated.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(
      names = "--no-natives",
      description =
          "Leaves ONNX Runtime and OpenCV out of lib/, as where that can't be touched: jobs then"
              + " bring them (fat-jar.sh).")
  private boolean noNatives;

  @Option(
      names = "--owner",
      paramLabel = "PID",
      hidden = true,
      description = "The cluster stops when this process ends.")
  private @Nullable Long owner;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  StartCommand() {}

  @Override
  int run(ClusterFolder folder, PrintWriter out) throws Exception {
    check("--taskmanagers", taskManagers, 1, MOST);
    check("--slots", slots, 1, MOST);
    check("--port", port, 0, 65535);
    if (!folder.isFree()) {
      throw new ParameterException(
          spec().commandLine(),
          "--folder %s is neither empty nor a cluster's own, and a start would delete and overwrite files in it: name one that is empty, or that is not there yet"
              .formatted(folder.root()));
    }
    FlinkJars.classPath(!noNatives); // what it lacks is better said here than in a log
    refuseSecond(folder, out);
    folder.prepare();
    for (String process : List.of(ClusterFolder.SUPERVISOR, ClusterFolder.JOB_MANAGER)) {
      Files.deleteIfExists(folder.output(process));
    }
    Files.deleteIfExists(folder.configuration().resolve("config.yaml"));
    Process supervisor =
        FlinkProcesses.detached(
            supervise(folder), folder.output(ClusterFolder.SUPERVISOR), Map.of());
    boolean ready = false;
    try {
      await(folder, supervisor);
      ready = true;
    } finally {
      if (!ready) {
        new StopCommand().stop(folder, supervisor.toHandle());
      }
    }
    Configuration flink = folder.flink();
    out.printf("A cluster runs, of %d TaskManagers with %d slots each.%n", taskManagers, slots);
    out.printf("web interface  %s%n", ClusterClient.address(flink));
    out.printf("folder         %s%n", folder.root());
    out.printf("logs           %s%n", folder.logs());
    return DONE;
  }

  private void check(String flag, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec().commandLine(),
          "%s must be from %d to %d, and is %d".formatted(flag, least, most, value));
    }
  }

  private static void refuseSecond(ClusterFolder folder, PrintWriter out)
      throws IOException, ClusterFailure {
    for (RecordedProcess process : folder.processesRecorded()) {
      if (process.running().isPresent()) {
        throw new ClusterFailure(
            "A cluster runs in %s already (%s is pid %d): stop it with 'sightline cluster stop', or give another --folder"
                .formatted(folder.root(), process.name(), process.pid()));
      }
      out.printf(
          "The %s of a cluster before (pid %d) is gone: forgotten%n",
          process.name(), process.pid());
      folder.forget(process.name());
    }
  }

  private List<String> supervise(ClusterFolder folder) {
    List<String> command = new ArrayList<>();
    command.add(FlinkProcesses.java());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    String logging = System.getProperty("log4j2.configurationFile");
    if (logging != null) {
      command.add("-Dlog4j2.configurationFile=" + logging);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SuperviseCommand.class.getName());
    command.addAll(List.of("--folder", folder.root().toString()));
    command.addAll(List.of("--taskmanagers", Integer.toString(taskManagers)));
    command.addAll(List.of("--slots", Integer.toString(slots)));
    command.addAll(List.of("--port", Integer.toString(port)));
    options.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    if (noNatives) {
      command.add("--no-natives");
    }
    if (owner != null) {
      command.addAll(List.of("--owner", owner.toString()));
    }
    return command;
  }

  private void await(ClusterFolder folder, Process supervisor) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Optional<String> reached = Optional.empty();
    while (reached.isEmpty() || !reached.get().isEmpty()) {
      if (!supervisor.isAlive()) {
        throw new ClusterFailure(
            "The cluster did not start:%n%s"
                .formatted(Files.readString(folder.output(ClusterFolder.SUPERVISOR)).strip()));
      }
      if (System.nanoTime() > deadline) {
        throw new ClusterFailure(
            "The cluster did not start within %d s (%s): see %s"
                .formatted(
                    PATIENCE.toSeconds(),
                    reached.orElse("the JobManager does not answer"),
                    folder.logs()));
      }
      TimeUnit.MILLISECONDS.sleep(200);
      reached = missing(folder);
    }
  }

  /** What is missing, or nothing; empty where nobody answers. */
  private Optional<String> missing(ClusterFolder folder) throws Exception {
    if (folder.process(ClusterFolder.JOB_MANAGER).isEmpty()) {
      return Optional.empty();
    }
    try (ClusterClient client = ClusterClient.of(folder.flink())) {
      ClusterOverview overview = client.overview();
      int there = overview.getNumSlotsTotal();
      return Optional.of(
          there >= taskManagers * slots
              ? ""
              : "%d of %d slots are there".formatted(there, taskManagers * slots));
    } catch (ClusterFailure e) {
      return Optional.empty();
    }
  }
}
