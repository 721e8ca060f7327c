// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster of real processes, driven by the command line of an unpacked distribution, and asked by
 * REST. Closing it stops it and fails where a process is left; it stops too where this JVM dies.
 */
final class ClusterProcesses implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern JOB = Pattern.compile("Job ([0-9a-f]{32}) was submitted");
  private static final Pattern WEB = Pattern.compile("web interface +(http://127.0.0.1:\\d+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final UnpackedDistribution distribution;
  private final Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private String address = "";

  private ClusterProcesses(UnpackedDistribution distribution, Path folder) {
    this.distribution = distribution;
    this.folder = folder;
  }

  /**
   * Starts a cluster and waits until its slots are there.
   *
   * @param options of Flink's, {@code key=value}
   */
  static ClusterProcesses start(
      UnpackedDistribution distribution,
      Path folder,
      int taskManagers,
      int slots,
      String... options)
      throws Exception {
    return start(distribution, folder, taskManagers, slots, List.of(), options);
  }

  /** A cluster of one TaskManager, without the native libraries that jobs need. */
  static ClusterProcesses startWithoutNatives(
      UnpackedDistribution distribution, Path folder, int slots) throws Exception {
    return start(distribution, folder, 1, slots, List.of("--no-natives"));
  }

  private static ClusterProcesses start(
      UnpackedDistribution distribution,
      Path folder,
      int taskManagers,
      int slots,
      List<String> flags,
      String... options)
      throws Exception {
    ClusterProcesses cluster = new ClusterProcesses(distribution, folder);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("cluster", "start", "--folder", folder.toString()));
    arguments.addAll(flags);
    arguments.addAll(List.of("--taskmanagers", Integer.toString(taskManagers)));
    arguments.addAll(List.of("--slots", Integer.toString(slots)));
    arguments.addAll(List.of("--owner", Long.toString(ProcessHandle.current().pid())));
    // So that what a test reads by REST is what just happened.
    arguments.addAll(List.of("--set", "metrics.fetcher.update-interval=500"));
    for (String option : options) {
      arguments.addAll(List.of("--set", option));
    }
    boolean started = false;
    try {
      String output = distribution.end(0, arguments.toArray(String[]::new));
      Matcher web = WEB.matcher(output);
      assertThat(web.find()).as(output).isTrue();
      cluster.address = web.group(1);
      started = true;
      return cluster;
    } finally {
      if (!started) {
        cluster.close();
      }
    }
  }

  Path folder() {
    return folder;
  }

  /** Runs a command of the cluster to its end. */
  String command(int exitCode, String name, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("cluster", name, "--folder", folder.toString()));
    all.addAll(List.of(arguments));
    return distribution.end(exitCode, all.toArray(String[]::new));
  }

  /** Submits a job and gives its id. */
  String submit(String... arguments) throws Exception {
    String output = command(0, "submit", arguments);
    Matcher job = JOB.matcher(output);
    assertThat(job.find()).as(output).isTrue();
    return job.group(1);
  }

  /** The jar that is submitted. */
  Path jobJar() throws IOException {
    try (Stream<Path> files = Files.list(distribution.home().resolve("lib/job"))) {
      return files.findFirst().orElseThrow();
    }
  }

  /** Uploads a jar, as a user does in the web interface, and gives its id. */
  String upload(Path jar) throws Exception {
    String boundary = "boundary-of-" + ProcessHandle.current().pid();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/jars/upload"))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(
                HttpRequest.BodyPublishers.concat(
                    HttpRequest.BodyPublishers.ofString(
                        "--%s\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"%s\"\r\nContent-Type: application/x-java-archive\r\n\r\n"
                            .formatted(boundary, jar.getFileName())),
                    HttpRequest.BodyPublishers.ofFile(jar),
                    HttpRequest.BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")))
            .build();
    String stored = send(request).path("filename").asText();
    return stored.substring(stored.lastIndexOf('/') + 1);
  }

  /** Runs the uploaded jar in the JobManager, and gives the id of its job. */
  String runUploaded(String jar, String... arguments) throws Exception {
    String body = JSON.writeValueAsString(Map.of("programArgsList", arguments));
    return send(HttpRequest.newBuilder(URI.create(address + "/jars/" + jar + "/run"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build())
        .path("jobid")
        .asText();
  }

  /** Takes a savepoint, ends the job with it, and says where it lies. */
  String stopWithSavepoint(String job) throws Exception {
    String output = command(0, "savepoint", job, "--stop");
    return output.lines().filter(line -> line.startsWith("file:")).findFirst().orElseThrow();
  }

  /** Cancels a job and waits for its end. */
  void cancel(String job) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/jobs/" + job + "?mode=cancel"))
            .method("PATCH", HttpRequest.BodyPublishers.noBody())
            .build();
    send(request);
    await().atMost(PATIENCE).until(() -> state(job).equals("CANCELED"));
  }

  String state(String job) throws Exception {
    return get("/jobs/" + job).path("state").asText();
  }

  /** How often a job was restarted. */
  int restarts(String job) throws Exception {
    return get("/jobs/" + job + "/metrics?get=numRestarts").path(0).path("value").asInt();
  }

  /** The id of the only job of that name that runs. */
  String running(String name) throws Exception {
    List<String> ids = new ArrayList<>();
    for (JsonNode each : get("/jobs/overview").path("jobs")) {
      if (each.path("name").asText().equals(name)
          && each.path("state").asText().equals("RUNNING")) {
        ids.add(each.path("jid").asText());
      }
    }
    assertThat(ids).hasSize(1);
    return ids.get(0);
  }

  /** Waits until every task of a job runs. */
  void awaitRunning(String job) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              JsonNode details = get("/jobs/" + job);
              return details.path("state").asText().equals("RUNNING")
                  && details.path("vertices").findValuesAsText("status").stream()
                      .allMatch("RUNNING"::equals);
            });
  }

  /** Sum of a metric of Sightline's in each subtask, by {@code subtask@taskmanager-N}. */
  Map<String, Long> bySubtask(String job, String metric) throws Exception {
    Map<String, Long> sums = new TreeMap<>();
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asText();
      List<String> names =
          get(path + "/metrics").findValuesAsText("id").stream()
              .filter(name -> name.endsWith("." + metric))
              .toList();
      if (names.isEmpty()) {
        continue;
      }
      List<String> places =
          get(path).path("subtasks").findValuesAsText("taskmanager-id").stream().toList();
      for (JsonNode value : get(path + "/metrics?get=" + String.join(",", names))) {
        int subtask = Integer.parseInt(value.path("id").asText().split("\\.", 2)[0]);
        sums.merge(subtask + "@" + places.get(subtask), value.path("value").asLong(), Long::sum);
      }
    }
    return sums;
  }

  /** Answer of a GET request of Flink's REST interface. */
  JsonNode get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(address + path)).timeout(PATIENCE).build());
  }

  private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(request + ": " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** The pid of a process that runs, by the cluster's own record. */
  long pid(String process) throws IOException {
    return Long.parseLong(
        Files.readString(folder.resolve("pids").resolve(process + ".pid")).split(" ", 2)[0]);
  }

  /** Kills a process (SIGKILL), and waits until its supervisor has started another. */
  void killAndAwaitAnother(String process) throws Exception {
    long before = pid(process);
    ProcessHandle.of(before).orElseThrow().destroyForcibly();
    await().atMost(PATIENCE).ignoreExceptions().until(() -> pid(process) != before);
  }

  /** All logs, for the description of an assertion. */
  String log(String process) throws IOException {
    return Files.readString(folder.resolve("log").resolve(process + ".log"));
  }

  @Override
  public void close() throws Exception {
    List<Long> pids = new ArrayList<>();
    if (Files.isDirectory(folder.resolve("pids"))) {
      try (Stream<Path> files = Files.list(folder.resolve("pids"))) {
        for (Path file : files.filter(name -> name.toString().endsWith(".pid")).toList()) {
          pids.add(pid(file.getFileName().toString().replace(".pid", "")));
        }
      }
    }
    String output = command(0, "stop");
    List<ProcessHandle> left =
        pids.stream()
            .flatMap(pid -> ProcessHandle.of(pid).stream())
            .filter(ProcessHandle::isAlive)
            .collect(Collectors.toList());
    left.forEach(ProcessHandle::destroyForcibly);
    assertThat(left).as("left behind by stop: %s", output).isEmpty();
  }
}
