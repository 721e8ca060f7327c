// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.evaluate.SlowReport;
import io.sightline.job.Sightline;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.SharedFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code evaluate} on data sets with real images and models. */
@Timeout(240)
class EvaluateDatasetIT {

  @TempDir static Path folder;

  private record Run(int code, String out, String err) {}

  @Test
  void squeezenetIsRightOn137AndOn177Of200Images() throws Exception {
    Path images = SharedFolder.resolve("images/imagenet-200");
    Path output = folder.resolve("imagenet");

    Run run =
        evaluate(
            "--model", SharedFolder.resolve("models/squeezenet1_1").toString(),
            "--dataset", images.toString(),
            "--output", output.toString(),
            "--parallelism", "2");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    assertThat(new ObjectMapper().readTree(output.resolve("evaluate_result.json").toFile()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"done_flag\": true, \"metrics\": {\"val.top1\": 0.685, \"val.top5\": 0.885}}"));
    JsonNode report = new ObjectMapper().readTree(output.resolve("report.json").toFile());
    assertThat(report.at("/images").asLong()).isEqualTo(200);
    assertThat(report.at("/rejected").asLong()).isZero();
    assertThat(report.at("/top1/hits").asLong()).isEqualTo(137);
    assertThat(report.at("/top_k/1/share/hits").asLong()).isEqualTo(177);
    assertThat(report.at("/split").asText()).isEqualTo("val");
    assertThat(predictions(output))
        .extracting(event -> event.getReferenceId() + " " + event.getLabel())
        .containsExactlyElementsOf(Files.readAllLines(images.resolve("val.txt")));
    assertThat(run.out()).contains("0.6850 (137 of 200").contains("0.8850 (177 of 200");
    assertNothingElseIsLeft(output);
  }

  @Test
  void everyFigureIsThatOfTheDefinitionsAtAnyParallelismAndInBothModes() throws Exception {
    Path images = SharedFolder.resolve("images/cifar10-1500");
    JsonNode first = null;
    for (String mode : List.of("STREAMING", "BATCH")) {
      for (int parallelism : new int[] {1, 2, 4}) {
        Path output = folder.resolve("cifar-" + mode + parallelism);
        Run run =
            evaluate(
                "--model", SharedFolder.resolve("models/resnet8_cifar10").toString(),
                "--dataset", images.toString(),
                "--split", "val",
                "--output", output.toString(),
                "--set", "execution.runtime-mode=" + mode,
                "--parallelism", Integer.toString(parallelism));
        assertThat(run.code()).as(run.err() + run.out()).isZero();
        ObjectNode report =
            (ObjectNode) new ObjectMapper().readTree(output.resolve("report.json").toFile());

        List<ClassificationEvent> predictions = predictions(output);
        assertThat(predictions)
            .extracting(event -> event.getReferenceId() + " " + event.getLabel())
            .containsExactlyElementsOf(Files.readAllLines(images.resolve("val.txt")));
        SlowReport.assertFigures(report, 10, predictions);
        assertThat(report.at("/negative_log_likelihood_images").asInt()).isEqualTo(500);
        report.remove("created_at");
        if (first == null) {
          first = report;
        }
        assertThat(report).as("%s with parallelism %d", mode, parallelism).isEqualTo(first);
        assertNothingElseIsLeft(output);
      }
    }
  }

  @Test
  void aFolderAClassIsADataSetAndWhatIsNoImageIsRejected() throws Exception {
    Path images = folder.resolve("classes");
    Path model = Files.createDirectories(folder.resolve("model"));
    OnnxGraphs.classifier(4, 8, 8).writeFolder(model);
    Files.createDirectories(images.resolve("2"));
    ImageIO.write(
        new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB),
        "png",
        images.resolve("2/good.png").toFile());
    Files.writeString(images.resolve("2/bad.png"), "not an image at all");
    Path output = folder.resolve("classes-output");
    String[] command = {
      "--model", model.toString(), "--dataset", images.toString(), "--output", output.toString()
    };

    Run run = evaluate(command);

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    JsonNode report = new ObjectMapper().readTree(output.resolve("report.json").toFile());
    assertThat(report.at("/images").asLong()).isOne();
    assertThat(report.at("/rejected").asLong()).isOne();
    assertThat(report.at("/rejections/0/reason").asText()).isEqualTo("unsupported-format");
    assertThat(predictions(output))
        .extracting(ClassificationEvent::getReferenceId)
        .containsExactly("2/good.png");

    Run again = evaluate(command);
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("has an evaluation already: --overwrite replaces it");
    Run overwriting =
        evaluate(
            Stream.concat(Stream.of(command), Stream.of("--overwrite")).toArray(String[]::new));
    assertThat(overwriting.code()).as(overwriting.err()).isZero();
  }

  @Test
  void theClassIdsOfAListCountWhereNamesOfClassesAreOtherNumbers() throws Exception {
    Path images = Files.createDirectories(folder.resolve("numbers"));
    OnnxGraphs graph = OnnxGraphs.classifier(3, 8, 8);
    Path model =
        graph.writeFolder(
            folder.resolve("numbers-model"),
            graph.build(),
            graph
                .inferenceYaml()
                .replace("class-0", "'1'")
                .replace("class-1", "'0'")
                .replace("class-2", "'2'"));
    for (int id = 0; id < 3; id++) {
      ImageIO.write(
          new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB),
          "png",
          images.resolve(id + ".png").toFile());
    }
    Files.writeString(images.resolve("val.txt"), "0.png 0\n1.png 1\n2.png 2\n");
    Path output = folder.resolve("numbers-output");

    Run run =
        evaluate(
            "--model", model.toString(),
            "--dataset", images.toString(),
            "--output", output.toString());

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    JsonNode report = new ObjectMapper().readTree(output.resolve("report.json").toFile());
    assertThat(report.at("/images").asLong()).isEqualTo(3);
    assertThat(report.at("/rejected").asLong()).isZero();
    assertThat(report.at("/top1/hits").asLong()).isOne();
  }

  @Test
  void everyProblemIsNamedAndNothingIsWritten() throws Exception {
    Path images = folder.resolve("unknown-classes");
    Files.createDirectories(images.resolve("zebra"));
    Path model = Files.createDirectories(folder.resolve("model2"));
    OnnxGraphs.classifier(4, 8, 8).writeFolder(model);
    Path output = Files.createDirectories(folder.resolve("not-empty"));
    Files.writeString(output.resolve("thesis.tex"), "mine");

    Run run =
        evaluate(
            "--model",
            model.toString(),
            "--dataset",
            images.toString(),
            "--output",
            output.toString(),
            "--set",
            "source.topics=references",
            "--set",
            "evaluate.top-k=1,200",
            "--set",
            "classify.top-k=5");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("Nothing was started")
        .contains("--output: " + output + " is not empty")
        .contains("source.topics is for streams")
        .contains("classify.top-k must be at least 200")
        .contains("folder zebra: the label \"zebra\" is neither");
    assertThat(output.resolve("thesis.tex")).hasContent("mine");
    assertThat(output.toFile().list()).hasSize(1);
  }

  private static void assertNothingElseIsLeft(Path output) throws IOException {
    try (Stream<Path> entries = Files.list(output)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .contains("evaluate_result.json", "report.json", "predictions.avro")
          .noneMatch(name -> name.startsWith("."));
    }
  }

  static List<ClassificationEvent> predictions(Path output) throws IOException {
    List<ClassificationEvent> events = new ArrayList<>();
    try (DataFileReader<ClassificationEvent> reader =
        new DataFileReader<>(
            output.resolve("predictions.avro").toFile(),
            new SpecificDatumReader<>(ClassificationEvent.class))) {
      reader.forEach(events::add);
    }
    return events;
  }

  private static Run evaluate(String... arguments) {
    List<String> command = new ArrayList<>(List.of("evaluate"));
    command.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Sightline.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(command.toArray(String[]::new));
    return new Run(code, out.toString(), err.toString());
  }
}
