// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * Starts the processes of a cluster as Flink's own scripts do: sizes come from Flink's own
 * calculation, and each process has a temporary folder of its own, native libraries included.
 */
final class FlinkProcesses {

  private static final List<String> EXPORTS =
      List.of(
          "java.base/sun.net.util",
          "java.rmi/sun.rmi.registry",
          "java.security.jgss/sun.security.krb5");
  private static final List<String> OPENS =
      List.of(
          "java.lang",
          "java.net",
          "java.io",
          "java.nio",
          "sun.nio.ch",
          "java.lang.reflect",
          "java.text",
          "java.time",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks");

  /** One arena of malloc's: with more of them memory grows at every submission of a job. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("MALLOC_ARENA_MAX", "1", "ORT_DISABLE_TELEMETRY", "1");

  private final ClusterFolder folder;
  private final Configuration flink;
  private final String classPath;

  FlinkProcesses(ClusterFolder folder, Configuration flink, String classPath) {
    this.folder = folder;
    this.flink = flink;
    this.classPath = classPath;
  }

  Process startJobManager() throws IOException {
    JobManagerProcessSpec sizes = JobManagerProcessUtils.processSpecFromConfig(flink);
    return start(
        ClusterFolder.JOB_MANAGER,
        JobManagerProcessUtils.generateJvmParametersStr(sizes, flink),
        StandaloneSessionClusterEntrypoint.class,
        words(JobManagerProcessUtils.generateDynamicConfigsStr(sizes)));
  }

  Process startTaskManager(int number) throws IOException {
    String name = ClusterFolder.taskManager(number);
    TaskExecutorProcessSpec sizes = TaskExecutorProcessUtils.processSpecFromConfig(flink);
    List<String> dynamic =
        new ArrayList<>(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(sizes)));
    dynamic.add("-D");
    dynamic.add(TaskManagerOptions.TASK_MANAGER_RESOURCE_ID.key() + "=" + name);
    return start(
        name, ProcessMemoryUtils.generateJvmParametersStr(sizes), TaskManagerRunner.class, dynamic);
  }

  private Process start(String name, String sizes, Class<?> main, List<String> dynamic)
      throws IOException {
    Path temporary = folder.emptyTemporary(name);
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(words(sizes));
    command.addAll(opened());
    command.add("-Dlog.file=" + folder.log(name));
    command.add(
        "-Dlog4j2.configurationFile=" + folder.configuration().resolve("log4j2.properties"));
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + temporary.resolve("javacpp"));
    command.add("-Djava.awt.headless=true");
    command.addAll(words(flink.get(CoreOptions.FLINK_JVM_OPTIONS)));
    command.addAll(
        words(
            flink.get(
                main == TaskManagerRunner.class
                    ? CoreOptions.FLINK_TM_JVM_OPTIONS
                    : CoreOptions.FLINK_JM_JVM_OPTIONS)));
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of("--configDir", folder.configuration().toString()));
    command.addAll(dynamic);
    command.add("-D");
    command.add(CoreOptions.TMP_DIRS.key() + "=" + temporary);
    return detached(command, folder.output(name), ENVIRONMENT);
  }

  /**
   * Starts a process in a session of its own, so that no terminal ends it.
   *
   * @param environment for what the environment of this process does not have
   */
  static Process detached(List<String> command, Path output, Map<String, String> environment)
      throws IOException {
    List<String> whole = new ArrayList<>(List.of("setsid"));
    whole.addAll(command);
    ProcessBuilder process =
        new ProcessBuilder(whole)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    environment.forEach(process.environment()::putIfAbsent);
    return process.start();
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** What Flink needs opened on Java 17. */
  private static List<String> opened() {
    return Stream.concat(
            EXPORTS.stream().map(name -> "--add-exports=" + name + "=ALL-UNNAMED"),
            OPENS.stream().map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED"))
        .toList();
  }

  private static List<String> words(String line) {
    return Stream.of(line.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }
}
