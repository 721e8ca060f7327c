// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.sightline.testing.OnnxGraphs;
import io.sightline.testing.SharedFolder;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PredictCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path model;
  private Path images;

  @BeforeEach
  void makeAModel() throws IOException {
    model = OnnxGraphs.classifier(4, 8, 8).writeFolder(Files.createDirectory(folder.resolve("m")));
    images = folder.resolve("images");
  }

  @Test
  void aResultIsPrintedAsPaddlexPrintsIt() throws IOException {
    String red = image("red.png", 255, 0, 0);

    assertThat(predict("--input", red, "--topk=2")).as(err.toString()).isZero();

    assertThat(out.toString())
        .matches(
            "\\{'res': \\{'input_path': '\\Q"
                + red
                + "\\E', 'page_index': None, 'class_ids': array\\(\\[\\d, \\d], dtype=int32\\),"
                + " 'scores': array\\(\\[[^]]+],\\s+dtype=float32\\), 'label_names': \\['[^']+',"
                + " '[^']+']}}\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void jsonIsOneObjectALineInTheOrderOfTheInputs() throws IOException {
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      inputs.add(image(i + ".png", 10 * i, 200 - 10 * i, 50));
    }

    assertThat(predict(options(inputs, "--format=json", "--batch-size=3", "--workers=3")))
        .as(err.toString())
        .isZero();

    List<JsonNode> results = results();
    assertThat(results).extracting(result -> result.get("input_path").asText()).isEqualTo(inputs);
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.fieldNames())
                  .toIterable()
                  .containsExactly(
                      "input_path", "page_index", "class_ids", "scores", "label_names");
              assertThat(result.get("class_ids")).hasSize(4);
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 32})
  void theBestFiveAreThoseOfTheReferenceAtEveryBatchSize(int batchSize) throws IOException {
    JsonNode golden =
        JSON.readTree(SharedFolder.resolve("golden/squeezenet1_1-imagenet-200.json").toFile())
            .get("predictions");
    model = SharedFolder.resolve("models/squeezenet1_1");
    Path real = SharedFolder.resolve("images/imagenet-200/images");
    List<String> inputs =
        golden.properties().stream().map(image -> real.resolve(image.getKey()).toString()).toList();

    assertThat(predict(options(inputs, "--format=json", "--batch-size=" + batchSize))).isZero();

    List<JsonNode> results = results();
    assertThat(results).hasSize(200);
    for (JsonNode result : results) {
      String name = Path.of(result.get("input_path").asText()).getFileName().toString();
      JsonNode expected = golden.get(name);
      assertThat(result.get("class_ids")).as(name).isEqualTo(expected.get("class_ids"));
      for (int i = 0; i < 5; i++) {
        assertThat(result.get("scores").get(i).floatValue())
            .isCloseTo(expected.get("scores").get(i).floatValue(), within(1e-4f));
      }
    }
  }

  @Test
  void badImagesAreToldAndTheRestIsDone() throws IOException {
    String good = image("good.jpg", 255, 0, 0);
    byte[] jpeg = TestImages.noise(".jpg", 64, 64, 1);
    String cut = write("cut.jpg", Arrays.copyOf(jpeg, jpeg.length / 2));
    String text = write("text.png", "no image".getBytes(UTF_8));
    String empty = write("empty.jpg", new byte[0]);
    String absent = images.resolve("absent.jpg").toString();
    String last = image("last.png", 0, 255, 0);
    Path saved = folder.resolve("saved");

    List<String> inputs = List.of(good, cut, text, empty, absent, last);
    assertThat(predict(options(inputs, "--format=json", "--save-json=" + saved)))
        .isEqualTo(ExitCode.FAILED);

    assertThat(results())
        .extracting(result -> result.get("input_path").asText())
        .containsExactly(good, last);
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(cut + " REJECTED decode/corrupt-image: "),
            line -> assertThat(line).startsWith(text + " REJECTED decode/unsupported-format: "),
            line -> assertThat(line).startsWith(empty + " REJECTED fetch/empty-content: "),
            line -> assertThat(line).startsWith(absent + " REJECTED fetch/not-found: "),
            line -> assertThat(line).isEqualTo("4 of 6 images were rejected."));
    assertThat(files(saved)).containsOnlyKeys("good_res.json", "last_res.json");
  }

  @Test
  void everyResultIsSavedUnderItsOwnNameAtAnyNumberOfWorkers() throws IOException {
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      inputs.add(image("%d/cat.%s".formatted(i, i % 2 == 0 ? "png" : "jpg"), 20 * i, 0, 99));
    }

    List<Map<String, String>> saved = new ArrayList<>();
    for (int workers : new int[] {1, 4}) {
      Path to = folder.resolve("saved-" + workers);
      String[] options =
          options(
              inputs,
              "--workers=" + workers,
              "--save-json=" + to,
              "--save-img=" + to,
              "--save-input=" + to.resolve("seen"));
      assertThat(predict(options)).as(err.toString()).isZero();
      saved.add(files(to));
    }

    assertThat(saved.get(1)).isEqualTo(saved.get(0)).hasSize(36);
    assertThat(saved.get(0))
        .containsKeys("cat_res.json", "cat_res.png", "seen/cat.png")
        .containsKeys("cat-2_res.json", "cat-2_res.jpg", "seen/cat-2.png", "cat-12_res.jpg");
    for (int i = 0; i < 12; i++) {
      String name = i == 0 ? "cat_res.json" : "cat-%d_res.json".formatted(i + 1);
      Path file = folder.resolve("saved-4").resolve(name);
      assertThat(JSON.readTree(file.toFile()).get("input_path").asText()).isEqualTo(inputs.get(i));
    }
  }

  @Test
  void aFileThatIsNamedTakesTheFirstResultAndTheRestLiesBesideIt() throws IOException {
    String[] options =
        options(
            List.of(image("a.png", 1, 2, 3), image("b.png", 3, 2, 1)),
            "--save-json=" + folder.resolve("s/result.json"),
            "--save-img=" + folder.resolve("s/picture.jpg"));

    assertThat(predict(options)).as(err.toString()).isZero();

    assertThat(files(folder.resolve("s")))
        .containsOnlyKeys("result.json", "result-2.json", "picture.jpg", "picture-2.jpg");
  }

  @Test
  void whatIsConfiguredForAJobIsConfiguredHere() throws IOException {
    Path config = folder.resolve("job.yaml");
    Files.writeString(
        config, "classify.top-k: 3\nsource.topics: [references]\nmodel.dir: /nowhere\n");
    String red = image("red.png", 255, 0, 0);

    String[] options = {"--config", config.toString(), "--input", red, "--format", "json"};
    assertThat(predict(options)).as(err.toString()).isZero();
    assertThat(results().get(0).get("class_ids")).hasSize(3);

    out.getBuffer().setLength(0);
    String[] more = Stream.concat(Stream.of(options), Stream.of("--topk=1")).toArray(String[]::new);
    assertThat(predict(more)).isZero();
    assertThat(results().get(0).get("class_ids")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--topk=0, classify.top-k",
    "--topk=five, classify.top-k",
    "--batch-size=0, batch.max-size",
    "--workers=-1, classify.workers",
    "--device=npu:0, the device must be auto",
    "--device=gpu:x, the device must be auto",
    "--frames=some, --frames",
    "--format=xml, --format",
    "--save-img=result.gif, 'JPEG, PNG, WebP, BMP or TIFF'",
    "--save-json=pom.xml, pom.xml is a file",
    "--save-input=pom.xml, pom.xml is a file",
    "--config=absent.yaml, absent.yaml",
    "--set=classify.topk=1, classify.top-k",
    "--model-name=ResNet50, ResNet50",
    "--unknown, --unknown"
  })
  void aBadValueIsNamedAndNothingIsPredicted(String option, String named) throws IOException {
    assertThat(predict("--input", image("red.png", 255, 0, 0), option))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);

    assertThat(err.toString()).contains(named);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anInputIsNeededAndAModelThatIsThere() throws IOException {
    assertThat(predict()).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("--input");

    model = folder.resolve("absent");
    assertThat(predict("--input", image("red.png", 255, 0, 0)))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(err.toString()).contains("absent");
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() throws IOException {
    String red = image("red.png", 255, 0, 0);

    assertThat(predict("--input", red, "--topk=0", "--device=tpu", "--save-img=a.gif"))
        .isEqualTo(ExitCode.BAD_CONFIGURATION);

    assertThat(err.toString())
        .contains("  1. ", "  2. ", "  3. ", "classify.top-k", "tpu", "a.gif");
  }

  @Test
  void whereNobodyReadsAnyMoreItEndsQuietly() throws IOException {
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      inputs.add(image("red.png", 255, 0, 0));
    }
    PrintStream closed =
        new PrintStream(
            new OutputStream() {
              private int written;

              @Override
              public void write(int b) throws IOException {
                if (++written > 1000) {
                  throw new IOException("Broken pipe");
                }
              }
            });

    int code =
        commandLine().setOut(new PrintWriter(closed, true, UTF_8)).execute(line(options(inputs)));

    assertThat(code).isEqualTo(141);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aResultThatCanNotBeSavedIsSaid() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "");

    assertThat(
            predict(
                "--input", image("red.png", 255, 0, 0), "--save-json=" + inTheWay.resolve("sub")))
        .isEqualTo(ExitCode.FAILED);

    assertThat(err.toString()).startsWith("A result can't be saved: ").contains("file");
  }

  /** Its host has it once, for the model. */
  @Test
  void anImageThatIsGoneWhenItIsToBeSavedIsSaidAndTheOthersAreSaved() throws IOException {
    byte[] png = TestImages.solid(".png", 20, 30, 255, 0, 0);
    AtomicInteger asked = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean gone =
              exchange.getRequestURI().getPath().equals("/b.png") && asked.incrementAndGet() > 1;
          exchange.sendResponseHeaders(gone ? 404 : 200, gone ? -1 : png.length);
          if (!gone) {
            exchange.getResponseBody().write(png);
          }
          exchange.close();
        });
    server.start();
    try {
      String root = "http://localhost:%d/".formatted(server.getAddress().getPort());
      List<String> inputs = List.of(root + "a.png", root + "b.png", root + "c.png");
      Path saved = folder.resolve("saved");

      assertThat(
              predict(
                  options(inputs, "--format=json", "--save-json=" + saved, "--save-img=" + saved)))
          .isEqualTo(ExitCode.FAILED);

      assertThat(results())
          .extracting(result -> result.get("input_path").asText())
          .isEqualTo(inputs);
      assertThat(err.toString().lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .startsWith(
                          "A result can't be saved: " + root + "b.png: not-found (fetch): "),
              line -> assertThat(line).isEqualTo("1 of 3 results could not be saved."));
      assertThat(files(saved))
          .containsOnlyKeys("a_res.json", "a_res.png", "b_res.json", "c_res.json", "c_res.png");
    } finally {
      server.stop(0);
    }
  }

  private String image(String name, int red, int green, int blue) throws IOException {
    String ending = name.substring(name.lastIndexOf('.'));
    return write(name, TestImages.solid(ending, 20, 30, red, green, blue));
  }

  private String write(String name, byte[] content) throws IOException {
    Path file = images.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content).toString();
  }

  private static String[] options(List<String> inputs, String... more) {
    return Stream.concat(
            inputs.stream().flatMap(input -> Stream.of("--input", input)), Stream.of(more))
        .toArray(String[]::new);
  }

  private String[] line(String... options) {
    return Stream.concat(Stream.of("predict", "--model", model.toString()), Stream.of(options))
        .toArray(String[]::new);
  }

  private int predict(String... options) {
    return commandLine().setOut(new PrintWriter(out, true)).execute(line(options));
  }

  private CommandLine commandLine() {
    return Sightline.commandLine().setErr(new PrintWriter(err, true));
  }

  private List<JsonNode> results() throws JsonProcessingException {
    List<JsonNode> results = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      results.add(JSON.readTree(line));
    }
    return results;
  }

  /** The files below a folder by their path in it, each with a digest of its content. */
  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
        String digest = Integer.toHexString(Arrays.hashCode(Files.readAllBytes(file)));
        files.put(folder.relativize(file).toString(), digest);
      }
    }
    return files;
  }
}
