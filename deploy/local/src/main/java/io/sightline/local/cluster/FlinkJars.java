// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The jars of a cluster: those that its processes have in {@code lib/}, and the jobs'. */
final class FlinkJars {

  /** System property: the jar that is submitted to a cluster; the launcher sets it. */
  static final String JOB_JAR = "sightline.job-jar";

  /** Written by the build of {@code deploy/flink}. */
  private static final String NAMES = "/io/sightline/flink/jars.txt";

  /** Jars of native libraries, and of what loads them. */
  private static final Pattern NATIVE =
      Pattern.compile("(onnxruntime|onnxruntime_gpu|javacpp|openblas|opencv)-.*");

  private FlinkJars() {}

  /**
   * The class path of the cluster's processes: Flink, logging and native libraries, found on the
   * class path of this process. Our own code and Kafka's come with the job.
   *
   * @param natives whether native libraries are among them, or come with the job as well
   */
  static String classPath(boolean natives) throws IOException, ClusterFailure {
    Map<String, String> own = new HashMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      own.putIfAbsent(Path.of(entry).getFileName().toString(), entry);
    }
    List<String> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String name : names()) {
      if (!natives && NATIVE.matcher(name).matches()) {
        continue;
      }
      String entry = own.get(name);
      if (entry == null) {
        missing.add(name);
      } else {
        found.add(entry);
      }
    }
    if (!missing.isEmpty()) {
      throw new ClusterFailure(
          "These jars of Flink are not on the class path, which deploy/bin/sightline sets: "
              + String.join(", ", missing));
    }
    return String.join(File.pathSeparator, found);
  }

  /** The jar that jobs are submitted with. */
  static Path job() throws ClusterFailure {
    String jar = System.getProperty(JOB_JAR);
    if (jar == null || !Files.exists(Path.of(jar))) {
      throw new ClusterFailure(
          "There is no jar of the jobs%s: run deploy/bin/sightline, which builds it"
              .formatted(jar == null ? "" : " at " + jar));
    }
    return Path.of(jar).toAbsolutePath();
  }

  private static List<String> names() throws IOException {
    try (@Nullable InputStream names = FlinkJars.class.getResourceAsStream(NAMES)) {
      if (names == null) {
        throw new IOException(NAMES + " is not on the class path");
      }
      return new String(names.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .flatMap(line -> List.of(line.split(File.pathSeparator, -1)).stream())
          .map(entry -> entry.substring(entry.lastIndexOf('/') + 1))
          .toList();
    }
  }
}
