// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a JVM of this machine holds after a full garbage collection, as Linux and jcmd see it.
 *
 * @param rssKib resident memory
 * @param codeKib what the JIT compilers have made, which is part of it, and grows for as long as
 *     the JVM finds more to compile
 * @param metaspaceKib metaspace in use
 * @param libraries mappings of native libraries that lie in files: a library that is loaded twice
 *     has twice as many
 * @param temporaryFiles files below its temporary folder
 */
record ProcessFootprint(
    long rssKib,
    long codeKib,
    long metaspaceKib,
    long threads,
    long descriptors,
    long libraries,
    long temporaryFiles) {

  private static final int COMMAND_SECONDS = 60;

  /** The JDK's looks every 3 seconds whether anybody still has it. */
  private static final int CLIENT_SECONDS = 4;

  static ProcessFootprint of(long pid, Path temporaryFolder) throws Exception {
    Path proc = Path.of("/proc", Long.toString(pid));
    String unused = jcmd(pid, "GC.run");
    String metaspace = jcmd(pid, "VM.metaspace", "basic", "scale=KB");
    Map<String, Long> status =
        Files.readAllLines(proc.resolve("status")).stream()
            .map(line -> line.split("\\s+"))
            .filter(words -> words.length >= 2 && words[1].matches("\\d+"))
            .collect(
                Collectors.toMap(
                    words -> words[0], words -> Long.parseLong(words[1]), (a, b) -> a));
    return new ProcessFootprint(
        status.get("VmRSS:"),
        code(jcmd(pid, "Compiler.codecache")),
        used(metaspace),
        status.get("Threads:"),
        count(proc.resolve("fd")),
        Files.readAllLines(proc.resolve("maps")).stream()
            .filter(line -> line.contains(temporaryFolder.toString()) && line.contains(".so"))
            .count(),
        files(temporaryFolder));
  }

  /**
   * The same once what is free was given back: by malloc, which keeps now more, now less, and by
   * HTTP clients, which close their descriptors some seconds after they were collected.
   */
  static ProcessFootprint settled(long pid, Path temporaryFolder) throws Exception {
    String unused = jcmd(pid, "GC.run");
    TimeUnit.SECONDS.sleep(CLIENT_SECONDS);
    unused = jcmd(pid, "System.trim_native_heap");
    return of(pid, temporaryFolder);
  }

  /** Resident memory without what the JIT compilers have made. */
  long rssWithoutCodeKib() {
    return rssKib - codeKib;
  }

  /** Slope of a straight line through the last ones (least squares), a cycle. */
  static double slope(
      List<ProcessFootprint> cycles, int from, ToLongFunction<ProcessFootprint> value) {
    List<ProcessFootprint> last = cycles.subList(from, cycles.size());
    double meanX = (last.size() - 1) / 2.0;
    double meanY = last.stream().mapToLong(value).average().orElseThrow();
    double numerator = 0;
    double denominator = 0;
    for (int i = 0; i < last.size(); i++) {
      numerator += (i - meanX) * (value.applyAsLong(last.get(i)) - meanY);
      denominator += (i - meanX) * (i - meanX);
    }
    return numerator / denominator;
  }

  static String table(List<ProcessFootprint> cycles) {
    StringBuilder table =
        new StringBuilder(
            "%ncycle  rss-mb  code-mb  metaspace-mb  threads  fds  libraries  files".formatted());
    for (int i = 0; i < cycles.size(); i++) {
      ProcessFootprint each = cycles.get(i);
      table.append(
          "%n%5d %7.1f %8.1f %13.1f %8d %4d %10d %6d"
              .formatted(
                  i + 1,
                  each.rssKib / 1024.0,
                  each.codeKib / 1024.0,
                  each.metaspaceKib / 1024.0,
                  each.threads,
                  each.descriptors,
                  each.libraries,
                  each.temporaryFiles));
    }
    return table.toString();
  }

  /** Sum of jcmd's lines "CodeHeap 'profiled nmethods': size=120028Kb used=23204Kb ...". */
  private static long code(String codeCache) {
    return Pattern.compile("\\bused=(\\d+)Kb")
        .matcher(codeCache)
        .results()
        .mapToLong(used -> Long.parseLong(used.group(1)))
        .sum();
  }

  /** The first of jcmd's lines "Both: 64066.59 KB used.", of which it has several. */
  private static long used(String metaspace) {
    String usage = metaspace.substring(metaspace.indexOf("Usage:"));
    return usage
        .lines()
        .filter(line -> line.strip().startsWith("Both:"))
        .map(line -> line.replaceAll("\\s*Both:\\s+([0-9.]+) KB.*", "$1"))
        .mapToLong(kib -> Math.round(Double.parseDouble(kib)))
        .findFirst()
        .orElseThrow();
  }

  private static String jcmd(long pid, String... command) throws Exception {
    List<String> all =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(pid)),
                Stream.of(command))
            .toList();
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
