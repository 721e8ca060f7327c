// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.local.Percentiles;
import io.sightline.local.bench.Variant.JobWork;
import io.sightline.local.bench.Variant.Work;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  private static final String JOB = "classify-job";
  private static final String BARE = "bare-loop";

  private final Report report = new Report();

  @TempDir Path folder;

  @Test
  void aJobIsComparedWithThePaceThatTheBareLoopHadAtItsTime() throws Exception {
    add(BARE, 0, 200, null);
    add(JOB, 75, 120, null); // by then the machine has come down to 125
    add(BARE, 100, 100, null);

    assertThat(ratioOf(JOB)).isEqualTo(0.96, within(1e-9));
    assertThat(ratioOf(BARE)).isEqualTo(1, within(1e-9));
  }

  /** Two processors for ten seconds, of which others had two: one second less on each. */
  @Test
  void whatOthersTakeOfTheProcessorsIsNoTimeOfTheLoop() {
    long second = TimeUnit.SECONDS.toNanos(1);
    Work work = new Work(900, 5 * second, 10 * second, 18 * second, 0, null);

    assertThat(work.without(2 * second, 2).imagesPerSecond()).isEqualTo(100);
  }

  @Test
  void whatLiesBeforeTheFirstOrAfterTheLastSampleIsComparedWithThatOne() throws Exception {
    add(JOB, 0, 90, null);
    add(BARE, 50, 100, null);
    add(JOB, 100, 90, null);

    assertThat(ratioOf(JOB)).isEqualTo(0.9, within(1e-9));
  }

  @Test
  void withoutItsBareLoopAVariantHasNoRatio() throws Exception {
    add(JOB, 0, 90, null);

    assertThat(result(JOB).path("ratio_to_bare_loop").isNull()).isTrue();
  }

  @Test
  void ofAJobTheShareOfItsWorkersIsToldAndHowBusyTheCompilersWere() throws Exception {
    long cpuNanos = cpuNanos(100);
    add(JOB, 0, 100, new JobWork(cpuNanos * 96 / 100, 0.02, List.of(30L, 50L)));

    assertThat(result(JOB).path("workers_cpu_share").asDouble()).isEqualTo(0.96, within(1e-9));
    assertThat(result(JOB).path("jit_share").asDouble()).isEqualTo(0.02, within(1e-9));
    StringWriter table = new StringWriter();
    report.print(new PrintWriter(table));
    assertThat(table.toString())
        .containsPattern("workers' share of the CPU time of classify-job, 2 threads +0\\.960")
        .containsPattern("JIT compilers busy during classify-job, 2 threads +0\\.020");
  }

  @Test
  void theRateAtWhichLatencyWasMeasuredIsTold() throws Exception {
    report.add(new Latency(Duration.ofSeconds(10), 2.5, new Percentiles(List.of(4_000L))));

    StringWriter table = new StringWriter();
    report.print(new PrintWriter(table));
    assertThat(table.toString())
        .containsPattern(
            "published to read_committed, checkpoints of 10 s +p50 4000, .*, at 2\\.5 images/s");
    Path json = folder.resolve("bench.json");
    report.writeJson(json, new ObjectMapper().createObjectNode());
    JsonNode latency =
        new ObjectMapper().readTree(json.toFile()).path("published_to_read_committed_ms").path(0);
    assertThat(latency.path("images_per_second").asDouble()).isEqualTo(2.5);
  }

  /** Adds a second of work. */
  private void add(String name, long atSecond, long images, @Nullable JobWork job) {
    report.add(
        new Named(name),
        new Work(
            images,
            TimeUnit.SECONDS.toNanos(atSecond),
            TimeUnit.SECONDS.toNanos(1),
            cpuNanos(images),
            images,
            job));
  }

  private static long cpuNanos(long images) {
    return TimeUnit.MILLISECONDS.toNanos(10 * images);
  }

  private double ratioOf(String name) throws Exception {
    return result(name).path("ratio_to_bare_loop").asDouble();
  }

  private JsonNode result(String name) throws Exception {
    Path json = folder.resolve("bench.json");
    report.writeJson(json, new ObjectMapper().createObjectNode());
    for (JsonNode result : new ObjectMapper().readTree(json.toFile()).path("results")) {
      if (result.path("name").asText().equals(name)) {
        return result;
      }
    }
    throw new AssertionError("no result of " + name);
  }

  private record Named(String name) implements Variant {

    @Override
    public int threads() {
      return 2;
    }

    @Override
    public Work work(Duration duration) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
