// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.job.Sightline;
import io.sightline.local.bench.BenchCommand;
import io.sightline.testing.RepositoryFolder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code bench}, for a second a variant: that it measures, and not what. */
class BenchIT {

  private static final Path DEMO = RepositoryFolder.find().resolve("deploy/demo/fashion-mnist");
  private static final List<String> VARIANTS =
      List.of(
          "decode",
          "preprocess",
          "session",
          "decode-preprocess",
          "naive-decode-preprocess",
          "naive-loop",
          "bare-loop",
          "classify-job");
  private static final List<String> FIGURES =
      List.of(
          "threads",
          "images_per_second",
          "cpu_ms_per_image",
          "heap_bytes_per_image",
          "ratio_to_bare_loop");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void theJsonHasEveryFigureOfEachVariant() throws Exception {
    Path json = folder.resolve("bench.json");

    int code =
        bench(
            "--only",
            String.join(",", VARIANTS),
            "--threads",
            "1",
            "--seconds",
            "1",
            "--rounds",
            "1",
            "--warm-up",
            "0",
            "--json",
            json.toString());

    assertThat(code).as(out + "\n" + err).isZero();
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.path("model").asText()).isEqualTo("FashionCNN");
    List<String> names = new ArrayList<>();
    for (JsonNode result : report.path("results")) {
      String name = result.path("name").asText();
      names.add(name);
      for (String figure : FIGURES) {
        assertThat(result.path(figure).isNumber()).as("%s of %s", figure, name).isTrue();
        assertThat(result.path(figure).asDouble())
            .as("%s of %s", figure, name)
            .isPositive()
            .isFinite();
      }
      if (name.equals("classify-job")) {
        assertThat(result.path("workers_cpu_share").asDouble()).isStrictlyBetween(0.0, 1.0);
      }
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(VARIANTS);
  }

  @Test
  void aJobIsWarmedUpAndThenMeasured() {
    int code =
        bench(
            "--only",
            "classify-job",
            "--threads",
            "1",
            "--warm-up",
            "1",
            "--seconds",
            "1",
            "--rounds",
            "1");

    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .containsPattern("warmed up for [1-9][0-9]* s")
        .contains("round 1 of 1: classify-job, 1 threads: ");
  }

  /** Images that do not decode are left out; this one decodes, and is more than a job fetches. */
  @Test
  void anImageThatTheJobRejectsEndsTheBenchWithItsReason() throws Exception {
    Path image = folder.resolve("padded");
    try (Stream<Path> images = Files.list(DEMO.resolve("images/images"))) {
      Files.copy(images.findFirst().orElseThrow(), image);
    }
    Files.write(image, new byte[33 << 20], StandardOpenOption.APPEND);

    int code =
        bench(
            "--images",
            folder.toString(),
            "--only",
            "classify-job",
            "--threads",
            "1",
            "--warm-up",
            "0",
            "--seconds",
            "1",
            "--rounds",
            "1");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains(image.toUri() + " was rejected: fetch, too-large: ");
  }

  @Test
  void anUnknownVariantIsAnsweredWithAllThatThereAre() {
    int code = bench("--only", "decode,nope");

    assertThat(code).isEqualTo(2);
    String start = "--only: nope is not a variant; they are ";
    assertThat(err.toString()).startsWith(start);
    String names = err.toString().lines().findFirst().orElseThrow().substring(start.length());
    assertThat(names.split(", ")).contains(VARIANTS.toArray(new String[0]));
  }

  private int bench(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("bench", "--model", DEMO.resolve("model").toString()));
    all.addAll(List.of(arguments));
    if (!all.contains("--images")) {
      all.addAll(List.of("--images", DEMO.resolve("images").toString()));
    }
    return Sightline.commandLine(new BenchCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(new String[0]));
  }
}
