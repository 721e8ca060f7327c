// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.DecodeSettings;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.testing.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationFolderTest {

  private static final EvaluationFolder.Options OPTIONS =
      new EvaluationFolder.Options(3, event -> 0, null, DecodeSettings.upTo(1 << 20));

  @TempDir Path folder;

  private static EvaluationReport report(@Nullable String split) {
    EvaluationCounts counts = new EvaluationCounts(CountingRules.of(2));
    counts.add(0, List.of(0), List.of(0.75f));
    EvaluationSubject subject =
        new EvaluationSubject("m", null, "f00d", List.of("cat", "dog"), split, null);
    return EvaluationReports.of(
        EvaluationMetrics.of(counts, 5), subject, Instant.parse("2026-11-24T06:00:00Z"));
  }

  private static List<ClassificationEvent> events(int count) {
    return IntStream.range(0, count).mapToObj(i -> Records.event("r-" + i)).toList();
  }

  private static List<String> names(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void theFolderHoldsEveryFileAndNothingElse() throws Exception {
    Path dir = folder.resolve("a/b");
    EvaluationFolder.write(dir, report("val"), events(2), OPTIONS);
    assertThat(names(dir))
        .containsExactlyInAnyOrder(
            "evaluate_result.json", "predictions.avro", "report.html", "report.json");
  }

  @Test
  void thePredictionsAreReadBackInTheirOrder() throws Exception {
    List<ClassificationEvent> events = events(5000);
    EvaluationFolder.write(folder, report("val"), events, OPTIONS);
    List<ClassificationEvent> read = new ArrayList<>();
    try (DataFileReader<ClassificationEvent> reader =
        new DataFileReader<>(
            folder.resolve(EvaluationFolder.PREDICTIONS).toFile(),
            new SpecificDatumReader<>(ClassificationEvent.class))) {
      assertThat(reader.getMetaString("avro.codec")).isEqualTo("zstandard");
      reader.forEach(read::add);
    }
    assertThat(read).isEqualTo(events);
  }

  @Test
  void theSameEvaluationGivesTheSameBytes() throws Exception {
    EvaluationFolder.write(folder.resolve("a"), report("val"), events(100), OPTIONS);
    EvaluationFolder.write(folder.resolve("b"), report("val"), events(100), OPTIONS);
    for (String name : names(folder.resolve("a"))) {
      assertThat(folder.resolve("a").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("b").resolve(name));
    }
  }

  @Test
  void whereThePredictionsBreakOffNothingSaysThatTheFolderIsWhole() throws Exception {
    EvaluationFolder.write(folder, report("val"), events(1), OPTIONS);
    byte[] before = Files.readAllBytes(folder.resolve(EvaluationFolder.PREDICTIONS));
    Iterable<ClassificationEvent> broken =
        () ->
            new Iterator<>() {
              private int given;

              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public ClassificationEvent next() {
                if (given == 10) {
                  throw new UncheckedIOException(new IOException("the disk is gone"));
                }
                return Records.event("r-" + given++);
              }
            };
    assertThatThrownBy(() -> EvaluationFolder.write(folder, report("val"), broken, OPTIONS))
        .hasMessageContaining("the disk is gone");
    assertThat(names(folder))
        .containsExactlyInAnyOrder("predictions.avro", "report.html", "report.json");
    assertThat(Files.readAllBytes(folder.resolve(EvaluationFolder.PREDICTIONS))).isEqualTo(before);
  }

  @Test
  void aReportAboutAStreamHasNoFolder() {
    assertThatThrownBy(() -> EvaluationFolder.write(folder, report(null), events(1), OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stream");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void moreImagesThanAPageCanShowAreRefused() {
    assertThatThrownBy(
            () -> new EvaluationFolder.Options(201, event -> 0, null, DecodeSettings.upTo(1)))
        .hasMessageContaining("0 to 200")
        .hasMessageContaining("201");
  }
}
