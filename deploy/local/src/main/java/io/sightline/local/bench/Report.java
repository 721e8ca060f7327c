// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.local.Percentiles;
import io.sightline.local.bench.Variant.Work;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The samples of all variants, round by round. A sample is compared with the pace that the other
 * variant had at its time, on the line between the samples before and after it, so that a machine
 * that gets slower or faster meanwhile does not matter. Not thread-safe.
 */
final class Report {

  private static final String BARE_LOOP = "bare-loop";

  /** Ending of the names of variants that read each image from its file. */
  private static final String FILES = "-files";

  private final Map<Key, List<Work>> samples = new LinkedHashMap<>();

  private final List<Latency> latencies = new ArrayList<>();

  private record Key(String name, int threads) {

    /** The bare loop that does as much. */
    Key bareLoop() {
      return new Key(name.endsWith(FILES) ? BARE_LOOP + FILES : BARE_LOOP, threads);
    }
  }

  /**
   * Median and a 95 % confidence interval of it, by order statistics: from nine values the second
   * and the eighth.
   */
  record Median(double value, double low, double high) {

    static Median of(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int n = sorted.length;
      double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
      int rank = (int) Math.floor((n - 1.96 * Math.sqrt(n)) / 2); // normal approximation
      int low = Math.max(0, rank);
      return new Median(median, sorted[low], sorted[n - 1 - low]);
    }
  }

  /** Adds a sample, which is later than those of the variant before. */
  void add(Variant variant, Work sample) {
    samples
        .computeIfAbsent(new Key(variant.name(), variant.threads()), key -> new ArrayList<>())
        .add(sample);
  }

  void add(Latency latency) {
    latencies.add(latency);
  }

  /** Whether the others are compared with this variant. */
  static boolean isReference(Variant variant) {
    return isReferenceOf(variant, variant);
  }

  /** Whether a variant is compared with this one. */
  static boolean isReferenceOf(Variant reference, Variant variant) {
    return new Key(variant.name(), variant.threads())
        .bareLoop()
        .equals(new Key(reference.name(), reference.threads()));
  }

  private static Percentiles checkpoints(List<Work> rounds) {
    return new Percentiles(
        rounds.stream().flatMap(round -> round.checkpointMillis().stream()).toList());
  }

  void print(PrintWriter out) {
    out.printf(
        "%-26s %7s %9s %21s %8s %11s   %s%n",
        "variant",
        "threads",
        "images/s",
        "95 % of the median",
        "cpu ms",
        "heap bytes",
        "of the bare loop");
    samples.forEach(
        (key, rounds) -> {
          Median rate = median(rounds, Work::imagesPerSecond);
          Median ratio = ratio(key, key.bareLoop());
          out.printf(
              "%-26s %7d %9.1f %10.1f..%9.1f %8.3f %11.0f   %s%n",
              key.name(),
              key.threads(),
              rate.value(),
              rate.low(),
              rate.high(),
              median(rounds, Work::cpuMillisPerImage).value(),
              median(rounds, Work::heapBytesPerImage).value(),
              ratio == null ? "" : show(ratio));
        });
    out.println();
    ratioLine(out, "bare loop, 2 threads to 1", new Key(BARE_LOOP, 2), new Key(BARE_LOOP, 1));
    ratioLine(
        out,
        "decode and preprocess, ours to naive",
        new Key("decode-preprocess", 1),
        new Key("naive-decode-preprocess", 1));
    stagesLine(out, 1);
    stagesLine(out, 2);
    samples.forEach(
        (key, rounds) -> {
          Percentiles checkpoints = checkpoints(rounds);
          if (checkpoints.count() > 0) {
            out.printf(
                "%-56s %s%n",
                "checkpoints of %s, %d threads".formatted(key.name(), key.threads()),
                checkpoints.show());
          }
          if (rounds.get(0).job() != null) {
            out.printf(
                "%-56s %s%n",
                "workers' share of the CPU time of %s, %d threads"
                    .formatted(key.name(), key.threads()),
                show(median(rounds, Work::workersCpuShare)));
            out.printf(
                "%-56s %s%n",
                "JIT compilers busy during %s, %d threads".formatted(key.name(), key.threads()),
                show(median(rounds, Work::jitShare)));
          }
        });
    for (Latency latency : latencies) {
      out.printf(
          "%-56s %s, at %.1f images/s%n",
          "published to read_committed, checkpoints of %d s"
              .formatted(latency.interval().toSeconds()),
          latency.millis().show(),
          latency.imagesPerSecond());
    }
    out.flush();
  }

  private void ratioLine(PrintWriter out, String what, Key numerator, Key denominator) {
    Median ratio = ratio(numerator, denominator);
    if (ratio != null) {
      out.printf("%-56s %s%n", what, show(ratio));
    }
  }

  /** What the bare loop reaches of what its stages would, one after the other on each thread. */
  private void stagesLine(PrintWriter out, int threads) {
    List<Work> bare = samples.get(new Key(BARE_LOOP, threads));
    List<Work> images = samples.get(new Key("decode-preprocess", 1));
    List<Work> session = samples.get(new Key("session", 1));
    if (bare == null || images == null || session == null) {
      return;
    }
    double[] ratios = new double[images.size()];
    for (int i = 0; i < ratios.length; i++) {
      double seconds = 1 / images.get(i).imagesPerSecond() + 1 / session.get(i).imagesPerSecond();
      ratios[i] = bare.get(i).imagesPerSecond() * seconds / threads;
    }
    out.printf(
        "%-56s %s%n",
        "bare loop, %d threads, to its stages added up".formatted(threads),
        show(Median.of(ratios)));
  }

  private static String show(Median median) {
    return "%.3f (%.3f..%.3f)".formatted(median.value(), median.low(), median.high());
  }

  void writeJson(Path file, ObjectNode setting) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ArrayNode results = setting.putArray("results");
    samples.forEach(
        (key, rounds) -> {
          ObjectNode result = results.addObject();
          result.put("name", key.name());
          result.put("threads", key.threads());
          Median rate = median(rounds, Work::imagesPerSecond);
          result.put("images_per_second", rate.value());
          result.putArray("images_per_second_interval").add(rate.low()).add(rate.high());
          result.put("cpu_ms_per_image", median(rounds, Work::cpuMillisPerImage).value());
          result.put("heap_bytes_per_image", median(rounds, Work::heapBytesPerImage).value());
          Median ratio = ratio(key, key.bareLoop());
          if (ratio == null) {
            result.putNull("ratio_to_bare_loop");
          } else {
            result.put("ratio_to_bare_loop", ratio.value());
            result.putArray("ratio_interval").add(ratio.low()).add(ratio.high());
          }
          Percentiles checkpoints = checkpoints(rounds);
          if (checkpoints.count() > 0) {
            checkpoints.writeTo(result.putObject("checkpoint_ms"));
          }
          if (rounds.get(0).job() != null) {
            result.put("workers_cpu_share", median(rounds, Work::workersCpuShare).value());
            result.put("jit_share", median(rounds, Work::jitShare).value());
          }
        });
    ArrayNode published = setting.putArray("published_to_read_committed_ms");
    for (Latency latency : latencies) {
      ObjectNode node = published.addObject();
      node.put("checkpoint_interval", latency.interval().toMillis());
      node.put("images_per_second", latency.imagesPerSecond());
      latency.millis().writeTo(node);
    }
    mapper.writeValue(file.toFile(), setting);
  }

  private static Median median(List<Work> rounds, ToDoubleFunction<Work> figure) {
    return Median.of(rounds.stream().mapToDouble(figure).toArray());
  }

  private @Nullable Median ratio(Key numerator, Key denominator) {
    List<Work> above = samples.get(numerator);
    List<Work> below = samples.get(denominator);
    if (above == null || below == null) {
      return null;
    }
    return Median.of(
        above.stream()
            .mapToDouble(sample -> sample.imagesPerSecond() / paceAt(sample.middle(), below))
            .toArray());
  }

  /** Images a second at a time, on the line between the samples that are next to it. */
  private static double paceAt(long nanos, List<Work> samples) {
    Work before = samples.get(0);
    for (Work after : samples) {
      long left = after.middle() - nanos;
      if (left >= 0) {
        long between = after.middle() - before.middle();
        double share = between == 0 ? 0 : (double) left / between;
        return share * before.imagesPerSecond() + (1 - share) * after.imagesPerSecond();
      }
      before = after;
    }
    return before.imagesPerSecond();
  }
}
