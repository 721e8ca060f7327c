// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.EvaluationReport;
import io.sightline.testing.Records;
import io.sightline.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A finished evaluation of a test: its report, and the event of each image. */
record Evaluated(EvaluationReport report, List<ClassificationEvent> events) {

  private static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");

  /** Of the labels, on these predictions; each event's label is its class id. */
  static Evaluated of(
      List<String> labels, List<Prediction> predictions, @Nullable Double publishedTop1) {
    List<ClassificationEvent> events = new ArrayList<>();
    for (Prediction prediction : predictions) {
      int number = events.size();
      events.add(event(labels, prediction, "https://host/%d.jpg".formatted(number)));
    }
    return new Evaluated(report("FashionCNN", labels, predictions, publishedTop1), events);
  }

  /** As many images of each class; the model is right about as often as it says. */
  static Evaluated random(int classes, int images) {
    List<String> labels = IntStream.range(0, classes).mapToObj(id -> "class " + id).toList();
    SplittableRandom random = new SplittableRandom(7);
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      int label = i % classes;
      int other = (label + 1 + random.nextInt(Math.min(3, classes - 1))) % classes;
      float confidence = (float) Math.pow(random.nextDouble(), 0.6);
      boolean right = random.nextDouble() < confidence;
      predictions.add(
          new Prediction(
              label,
              right ? List.of(label, other) : List.of(other, label),
              List.of(Math.max(confidence, 1 - confidence), Math.min(confidence, 1 - confidence))));
    }
    return of(labels, predictions, 0.7);
  }

  static Evaluated named(List<String> labels) {
    List<Prediction> predictions =
        Prediction.random(new SplittableRandom(3), 60, labels.size(), labels.size());
    return of(labels, predictions, null);
  }

  /** The top-5 that an independent implementation has for 200 images of ImageNet. */
  static Evaluated squeezenet() throws IOException {
    List<String> labels = new ArrayList<>();
    for (String line : Files.readAllLines(SharedFolder.resolve("images/imagenet-200/label.txt"))) {
      labels.add(line.substring(line.indexOf(' ') + 1));
    }
    Path images = SharedFolder.resolve("images/imagenet-200/images");
    JsonNode golden =
        new ObjectMapper()
            .readTree(SharedFolder.resolve("golden/squeezenet1_1-imagenet-200.json").toFile());
    List<Prediction> predictions = new ArrayList<>();
    List<ClassificationEvent> events = new ArrayList<>();
    for (Map.Entry<String, JsonNode> image : golden.get("predictions").properties()) {
      List<Integer> ids = new ArrayList<>();
      image.getValue().get("class_ids").forEach(id -> ids.add(id.intValue()));
      List<Float> scores = new ArrayList<>();
      image.getValue().get("scores").forEach(score -> scores.add(score.floatValue()));
      Prediction prediction = new Prediction(image.getValue().get("label").intValue(), ids, scores);
      predictions.add(prediction);
      events.add(event(labels, prediction, images.resolve(image.getKey()).toUri().toString()));
    }
    return new Evaluated(report("SqueezeNet1_1", labels, predictions, 0.6), events);
  }

  private static EvaluationReport report(
      String model, List<String> labels, List<Prediction> predictions, @Nullable Double published) {
    EvaluationCounts counts = Prediction.count(CountingRules.of(labels.size()), predictions);
    counts.addRejection("fetch", "not-found");
    counts.addRejection("fetch", "not-found");
    counts.addRejection("decode", "corrupt-image");
    EvaluationSubject subject =
        new EvaluationSubject(model, "3", "f00d".repeat(16), labels, "val", published);
    return EvaluationReports.of(EvaluationMetrics.of(counts, 50), subject, NOW);
  }

  private static ClassificationEvent event(List<String> labels, Prediction prediction, String uri) {
    ClassificationEvent event = Records.event(uri);
    event.setUri(uri);
    event.setClassIds(prediction.classIds());
    event.setScores(prediction.scores());
    event.setLabelNames(prediction.classIds().stream().map(labels::get).toList());
    event.setLabel(Integer.toString(prediction.label()));
    return event;
  }
}
