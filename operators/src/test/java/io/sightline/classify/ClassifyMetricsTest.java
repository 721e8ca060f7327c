// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.sightline.reference.Reason;
import io.sightline.reference.Stage;
import io.sightline.schemas.ImageReference;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The operator's metrics as Flink registers them and a reporter reads them. */
@Timeout(60)
class ClassifyMetricsTest {

  private static final int MAX_SIZE = 4;

  /** What a user's dashboards go by: the names are spelled out here once more. */
  private static final Map<String, Class<? extends Metric>> KINDS =
      Map.ofEntries(
          entry("batchSize", Histogram.class),
          entry("batchLatencyMs", Histogram.class),
          entry("inferenceTimeMs", Histogram.class),
          entry("fetchTimeMs", Histogram.class),
          entry("decodeTimeMs", Histogram.class),
          entry("queueTimeMs", Histogram.class),
          entry("eventAgeMs", Histogram.class),
          entry("workerBusyRatio", Gauge.class),
          entry("inflightBatches", Gauge.class),
          entry("inflightBytes", Gauge.class),
          entry("sessionInitMs", Gauge.class),
          entry("bytesFetched", Gauge.class),
          entry("numFetchRetries", Gauge.class),
          entry("fetchesWaiting", Gauge.class),
          entry("numImagesClassified", Counter.class),
          entry("numBatchesFailed", Counter.class),
          entry("numReferencesRetried", Counter.class));

  private record Registered(Metric metric, AbstractMetricGroup<?> group) {}

  @TempDir Path folder;

  /** By name; those of rejections by stage and reason. */
  private final Map<String, Registered> metrics = new ConcurrentHashMap<>();

  private final Map<String, Registered> rejections = new ConcurrentHashMap<>();

  @Test
  void eachHasItsNameItsScopeAndTheLabelsOfTheModelAndTheProvider() throws Exception {
    try (var harness = open()) {
      assertThat(metrics.keySet()).containsExactlyInAnyOrderElementsOf(KINDS.keySet());
      metrics.forEach(
          (name, registered) -> {
            assertThat(registered.metric()).as(name).isInstanceOf(KINDS.get(name));
            AbstractMetricGroup<?> group = registered.group();
            assertThat(group.getMetricIdentifier(name)).endsWith(".0.model.m.provider.cpu." + name);
            assertThat(group.getAllVariables())
                .contains(entry("<model>", "m"), entry("<provider>", "cpu"))
                .containsKey("<operator_name>")
                .doesNotContainKeys("<stage>", "<reason>");
            assertThat(scope(group)).isEqualTo("taskmanager.job.task.operator.model.provider");
          });
    }
  }

  /** So that an alert on a reason finds it before the first such rejection. */
  @Test
  void everyReasonOfItsStagesIsThereFromTheStartWithItsStage() throws Exception {
    try (var harness = open()) {
      Map<String, Long> expected = new TreeMap<>();
      for (Reason reason : Reason.values()) {
        if (EnumSet.of(Stage.FETCH, Stage.DECODE, Stage.INFERENCE, Stage.CLASSIFY)
            .contains(reason.stage())) {
          expected.put(reason.stage().label() + "/" + reason.label(), 0L);
        }
      }
      assertThat(rejected()).isEqualTo(expected);
      AbstractMetricGroup<?> group = rejections.get("decode/unsupported-format").group();
      assertThat(group.getMetricIdentifier("numImagesRejected"))
          .endsWith(
              ".model.m.provider.cpu.stage.decode.reason.unsupported-format.numImagesRejected");
      assertThat(group.getAllVariables())
          .contains(entry("<model>", "m"), entry("<provider>", "cpu"));
      assertThat(scope(group))
          .isEqualTo("taskmanager.job.task.operator.model.provider.stage.reason");
    }
  }

  @Test
  void afterABatchAndARejectionTheyAreWhatHappened() throws Exception {
    long started = System.nanoTime();
    byte[] image = TestImages.noise(".png", 400, 300, 1);
    Path file = Files.write(folder.resolve("i.png"), image);
    try (var harness = open()) {
      ImageReference fetched = new ImageReference();
      fetched.setId("file");
      fetched.setUri(file.toUri().toString());
      fetched.setSubmittedAt(Instant.now().minusSeconds(5));
      harness.processElement(fetched, 0);
      harness.processElement(inline("broken", new byte[] {1, 2, 3}), 0);
      for (int i = 1; i < MAX_SIZE; i++) {
        harness.processElement(inline("inline" + i, image), 0);
      }
      harness.endInput();
      // A worker counts and releases a batch only after its last image has ended.
      await().until(() -> gauge("inflightBatches").intValue() == 0);
      await().until(() -> gauge("workerBusyRatio").doubleValue() > 0);
      double elapsed = (System.nanoTime() - started) / 1e6;

      assertThat(counter("numImagesClassified")).isEqualTo(MAX_SIZE);
      assertThat(counter("numReferencesRetried")).isZero();
      assertThat(counter("numBatchesFailed")).isZero();
      Map<String, Long> rejected = rejected();
      assertThat(rejected.remove("decode/unsupported-format")).isEqualTo(1);
      assertThat(rejected.values()).containsOnly(0L);

      assertThat(histogram("batchSize", 1).getMin()).isEqualTo(MAX_SIZE);
      assertThat(histogram("batchSize", 1).getMax()).isEqualTo(MAX_SIZE);
      double latency = histogram("batchLatencyMs", 1).getMean();
      double inference = histogram("inferenceTimeMs", 1).getMean();
      assertThat(inference).as("less than a millisecond perhaps").isPositive().isLessThan(latency);
      assertThat(latency).isLessThan(elapsed);
      for (String time : new String[] {"decodeTimeMs", "queueTimeMs"}) {
        assertThat(histogram(time, MAX_SIZE).getQuantile(1)).as(time).isBetween(0.0, elapsed);
      }
      assertThat(histogram("fetchTimeMs", MAX_SIZE + 1).getQuantile(1)).isBetween(0.0, elapsed);
      assertThat(histogram("eventAgeMs", MAX_SIZE).getMax())
          .isBetween(5000L, 5000 + (long) elapsed);
      assertThat(histogram("eventAgeMs", MAX_SIZE).getMin()).as("it has no time").isZero();

      assertThat(gauge("sessionInitMs").doubleValue()).isBetween(1.0, elapsed);
      assertThat(gauge("bytesFetched").longValue()).isEqualTo(image.length);
      assertThat(gauge("inflightBytes").longValue()).isZero();
      assertThat(gauge("numFetchRetries").longValue()).isZero();
      assertThat(gauge("fetchesWaiting").longValue()).isZero();
    }
  }

  @Test
  void aBatchThatFailsAsAWholeIsCountedThoughItsImagesAreClassifiedAlone() throws Exception {
    try (var harness = open(OnnxGraphs.classifier(6, 8, 8).failAbove(0.95f))) {
      for (int i = 0; i < MAX_SIZE; i++) {
        int grey = i == 1 ? 255 : 40;
        harness.processElement(
            inline("i" + i, TestImages.solid(".png", 9, 9, grey, grey, grey)), 0);
      }
      harness.endInput();

      assertThat(counter("numBatchesFailed")).isOne();
      assertThat(counter("numImagesClassified")).isEqualTo(MAX_SIZE - 1);
      assertThat(rejected().get("inference/inference-failed")).isOne();
    }
  }

  @Test
  void theBusyRatioIsAShareOfTheTimeSinceItWasLastRead() throws Exception {
    try (var harness = open()) {
      for (int i = 0; i < 5 * MAX_SIZE; i++) {
        harness.processElement(inline("i" + i, TestImages.noise(".png", 400, 300, i)), 0);
      }
      harness.endInput();
      await().until(() -> gauge("inflightBatches").intValue() == 0);
      assertThat(gauge("workerBusyRatio").doubleValue()).isBetween(0.001, 1.0);
      await().until(() -> gauge("workerBusyRatio").doubleValue() == 0);
    }
  }

  private OneInputStreamOperatorTestHarness<ImageReference, Outcome> open() throws Exception {
    return open(OnnxGraphs.classifier(6, 8, 8));
  }

  private OneInputStreamOperatorTestHarness<ImageReference, Outcome> open(OnnxGraphs graph)
      throws Exception {
    var harness =
        new TestOperator(Models.write(folder, graph))
            .batch(MAX_SIZE, Duration.ofHours(1))
            .listener(
                (metric, name, group) -> {
                  Map<String, String> labels = group.getAllVariables();
                  if (name.equals("numImagesRejected")) {
                    rejections.put(
                        labels.get("<stage>") + "/" + labels.get("<reason>"),
                        new Registered(metric, group));
                  } else if (labels.containsKey("<model>")) { // the others are Flink's own
                    metrics.put(name, new Registered(metric, group));
                  }
                })
            .harness();
    harness.open();
    return harness;
  }

  private static String scope(AbstractMetricGroup<?> group) {
    return group.getLogicalScope(CharacterFilter.NO_OP_FILTER, '.');
  }

  private static ImageReference inline(String id, byte[] content) {
    ImageReference reference = new ImageReference();
    reference.setId(id);
    reference.setContent(ByteBuffer.wrap(content));
    return reference;
  }

  private Map<String, Long> rejected() {
    Map<String, Long> counts = new TreeMap<>();
    rejections.forEach((why, of) -> counts.put(why, ((Counter) of.metric()).getCount()));
    return counts;
  }

  private long counter(String name) {
    return ((Counter) metrics.get(name).metric()).getCount();
  }

  private Number gauge(String name) {
    return (Number) ((Gauge<?>) metrics.get(name).metric()).getValue();
  }

  /** The statistics of a histogram, once it has as many values as it is to have. */
  private HistogramStatistics histogram(String name, int values) {
    Histogram histogram = (Histogram) metrics.get(name).metric();
    assertThat(histogram.getCount()).as("values of %s", name).isEqualTo(values);
    return histogram.getStatistics();
  }
}
