// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo in a process of its own, and what it leaves behind. */
class DemoIT {

  private static final Path SAMPLES = Path.of("../demo").toAbsolutePath().normalize();
  private static final Pattern SUMMARY =
      Pattern.compile(
          "published +(\\d+) references: (\\d+) classified, (\\d+) rejected, (\\d+) lost, (\\d+)"
              + " twice");
  private static final Pattern TOP_1 =
      Pattern.compile("top-1 +(\\S+) \\((\\d+) of (\\d+) labelled");
  private static final Pattern BROKER = Pattern.compile("Kafka broker +127\\.0\\.0\\.1:(\\d+)");
  private static final Pattern FLINK = Pattern.compile("Flink +(http://127\\.0\\.0\\.1:(\\d+))");

  @TempDir private Path folder;
  private Path temporary;
  private Path home;

  @BeforeEach
  void makeFoldersForWhatItMayLeaveBehind() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
    home = Files.createDirectory(folder.resolve("home"));
  }

  @Test
  void everySampleIsClassifiedAndTheBrokenOneIsRejected() throws Exception {
    try (CommandProcess demo = demo("--rate", "100").end()) {
      assertThat(demo.exitCode()).as(demo.output()).isZero();
      int images = Files.readAllLines(SAMPLES.resolve("fashion-mnist/images/val.txt")).size();
      assertThat(images).isGreaterThanOrEqualTo(300);
      assertSummary(demo.output(), images + 1, images, 1);
      Matcher top1 = find(TOP_1, demo.output());
      assertThat(Double.parseDouble(top1.group(1))).isGreaterThanOrEqualTo(0.9);
      assertThat(Integer.parseInt(top1.group(3))).isEqualTo(images);
      assertThat(demo.output())
          .containsPattern("broken-on-purpose +REJECTED decode/corrupt-image: ")
          .contains("[##############################] %d of %d".formatted(images + 1, images + 1))
          .contains("latency     p50 ")
          .doesNotContain("WARN", "ERROR", "Exception");
    }
    assertThat(leftBehind()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"INT, Classifying, 130", "TERM, Classifying, 143", "TERM, ' ms', 143"})
  void asSoonAsItIsInterruptedItStopsAndLeavesNothingBehind(
      String signal, String moment, int exitCode) throws Exception {
    try (CommandProcess demo = demo("--rate", "10")) {
      demo.await(moment);
      demo.signal(signal);
      demo.end();

      assertThat(demo.exitCode()).as(demo.output()).isEqualTo(exitCode);
      assertThat(leftBehind()).as(demo.output()).isEmpty();
      assertThat(demo.output()).doesNotContain("published ");
      assertPortsAreFree(demo.output());
    }
  }

  @Test
  void twoRunAtOnce() throws Exception {
    try (CommandProcess one = demo("--limit", "60");
        CommandProcess two = demo("--limit", "60")) {
      for (CommandProcess demo : List.of(one.end(), two.end())) {
        assertThat(demo.exitCode()).as(demo.output()).isZero();
        assertSummary(demo.output(), 61, 60, 1);
      }
    }
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void keptItTakesReferencesUntilItIsInterrupted() throws Exception {
    try (CommandProcess demo = demo("--limit", "20", "--keep")) {
      demo.await("It stays up until Ctrl-C");
      Matcher broker = find(BROKER, demo.output());
      Matcher reference = find(Pattern.compile("> (\\{.*})"), demo.output());
      String mine = reference.group(1).replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"mine\"");
      String address = "127.0.0.1:" + broker.group(1);
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", address),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        producer
            .send(new ProducerRecord<>("references", mine.getBytes(StandardCharsets.UTF_8)))
            .get();
      }
      assertThat(Topics.eventsAt(address, "events", 21))
          .hasSize(21)
          .anySatisfy(event -> assertThat(event.getReferenceId()).isEqualTo("mine"));
      assertThat(Sockets.of(demo.process().pid()))
          .hasSizeGreaterThan(4)
          .allSatisfy(socket -> assertThat(socket.isLoopback()).as(socket.toString()).isTrue());
      URI flink = URI.create(find(FLINK, demo.output()).group(1));
      assertThat(new String(flink.toURL().openStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("Apache Flink Web Dashboard");

      demo.signal("INT");
      demo.end();
      assertThat(demo.exitCode()).isEqualTo(130);
      assertThat(leftBehind()).isEmpty();
      assertPortsAreFree(demo.output());
    }
  }

  @Test
  void imagesThatCanNotBeReadAreRejectedAndCounted() throws Exception {
    Path images = Files.createDirectory(folder.resolve("mine"));
    try (Stream<Path> samples = Files.list(SAMPLES.resolve("fashion-mnist/images/images"))) {
      Files.copy(samples.sorted().findFirst().orElseThrow(), images.resolve("good.png"));
    }
    Files.writeString(images.resolve("bad.jpg"), "This is no image");
    try (CommandProcess demo =
        demo(
                "--model",
                SAMPLES.resolve("fashion-mnist/model").toString(),
                "--images",
                images.toString())
            .end()) {
      assertThat(demo.exitCode()).as(demo.output()).isZero();
      assertSummary(demo.output(), 3, 1, 2);
      assertThat(demo.output()).doesNotContain("top-1");
    }
  }

  @Test
  void whatIsWrongWithItsOptionsIsSaidAndNothingIsStarted() throws Exception {
    Path list = Files.createDirectory(folder.resolve("list"));
    Files.writeString(list.resolve("val.txt"), "a.png 99\n");
    String model = SAMPLES.resolve("fashion-mnist/model").toString();
    assertThat(refusal("--rate", "0")).contains("--rate must be from 1 to");
    assertThat(refusal("--limit", "0")).contains("--limit must be at least 1, and is 0");
    assertThat(refusal("--model", model)).contains("--model and --images are given together");
    assertThat(refusal("--model", folder.toString(), "--images", list.toString()))
        .contains("--model: ", "inference.onnx");
    assertThat(refusal("--model", model, "--images", temporary.toString()))
        .contains("--images: no image lies in");
    assertThat(refusal("--model", model, "--images", list.toString()))
        .contains("--images: a.png has the label 99, and the model has 10 classes");
  }

  private String refusal(String... arguments) throws Exception {
    try (CommandProcess demo = demo(arguments).end()) {
      assertThat(demo.exitCode()).as(demo.output()).isEqualTo(2);
      assertThat(demo.output()).doesNotContain("Kafka broker   ");
      return demo.output();
    }
  }

  private CommandProcess demo(String... arguments) throws IOException {
    return CommandProcess.start(
        folder,
        Map.of(),
        List.of(
            "-Dsightline.demo=" + SAMPLES,
            "-Djava.io.tmpdir=" + temporary,
            "-Duser.home=" + home,
            "-Dlog4j2.configurationFile=" + Path.of("../../conf/log4j2.properties")),
        Stream.concat(Stream.of("demo"), Stream.of(arguments)).toArray(String[]::new));
  }

  private List<Path> leftBehind() throws IOException {
    try (Stream<Path> ofTemporary = Files.list(temporary);
        Stream<Path> ofHome = Files.list(home)) {
      return Stream.concat(ofTemporary, ofHome).toList();
    }
  }

  private static void assertSummary(String output, int published, int classified, int rejected) {
    Matcher summary = find(SUMMARY, output);
    assertThat(List.of(summary.group(1), summary.group(2), summary.group(3)))
        .as(output)
        .containsExactly("" + published, "" + classified, "" + rejected);
    assertThat(summary.group(4)).as("lost").isEqualTo("0");
    assertThat(summary.group(5)).as("twice").isEqualTo("0");
  }

  private static void assertPortsAreFree(String output) {
    Stream.of(BROKER.matcher(output), FLINK.matcher(output))
        .filter(Matcher::find)
        .map(matcher -> Integer.parseInt(matcher.group(matcher.groupCount())))
        .forEach(
            port ->
                assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                    .isInstanceOf(IOException.class));
  }

  private static Matcher find(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    assertThat(matcher.find()).as(output).isTrue();
    return matcher;
  }
}
