// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.config.SinkSettings.Codec;
import io.sightline.config.SinkSettings.Encoding;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import io.sightline.testing.Records;
import io.sightline.testing.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files are whole and final at the end of bounded input, however the job is run. */
@Timeout(120)
class FileSinkIT {

  private static final int RECORDS = 500;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "STREAMING, 50, AVRO_SINGLE_OBJECT",
    "STREAMING, 0, AVRO_SINGLE_OBJECT",
    "BATCH, 0, AVRO_SINGLE_OBJECT",
    "STREAMING, 50, JSON",
    "BATCH, 0, JSON"
  })
  void everyEventIsInAFileOnceTheJobHasEnded(
      RuntimeExecutionMode mode, long checkpointInterval, Encoding encoding) throws Exception {
    runEvents(mode, checkpointInterval, encoding, Codec.DEFLATE);

    List<Path> files = files();
    assertThat(files)
        .allMatch(file -> file.toString().endsWith(encoding == Encoding.JSON ? ".jsonl" : ".avro"))
        .allMatch(file -> !file.getFileName().toString().startsWith("."))
        .allMatch(
            file -> file.getParent().getFileName().toString().matches("dt=\\d{4}-\\d\\d-\\d\\d"));
    List<String> ids = new ArrayList<>();
    for (Path file : files) {
      ids.addAll(encoding == Encoding.JSON ? idsOfJsonLines(file) : idsOfContainer(file));
    }
    assertThat(ids)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, RECORDS).mapToObj(String::valueOf).toList());
  }

  @ParameterizedTest
  @EnumSource
  void containersHaveTheCodecThatWasAskedFor(Codec codec) throws Exception {
    runEvents(RuntimeExecutionMode.BATCH, 0, Encoding.AVRO_SINGLE_OBJECT, codec);

    for (Path file : files()) {
      try (DataFileReader<ClassificationEvent> reader = container(file)) {
        assertThat(reader.getMetaString(DataFileConstants.CODEC))
            .isEqualTo(
                codec == Codec.NULL ? "null" : codec.name().toLowerCase(java.util.Locale.ROOT));
        assertThat(reader.next().getModelName()).isEqualTo("squeezenet");
      }
    }
  }

  @Test
  void rejectionsAreWrittenWithTheirRawRecord() throws Exception {
    StreamExecutionEnvironment env = environment(RuntimeExecutionMode.BATCH, 0);
    env.fromSequence(1, 10)
        .map(i -> Records.rejection(Long.toString(i), 100))
        .returns(TypeInformation.of(Rejection.class))
        .sinkTo(
            Sinks.rejections(
                Settings.files(
                    folder.toUri().toString(), Encoding.AVRO_SINGLE_OBJECT, Codec.DEFLATE)));
    env.execute();

    int count = 0;
    for (Path file : files()) {
      try (DataFileReader<Rejection> reader =
          new DataFileReader<>(file.toFile(), new SpecificDatumReader<>(Rejection.class))) {
        for (Rejection rejection : reader) {
          count++;
          assertThat(rejection).isEqualTo(Records.rejection(rejection.getReferenceId(), 100));
        }
      }
    }
    assertThat(count).isEqualTo(10);
  }

  private void runEvents(
      RuntimeExecutionMode mode, long checkpointInterval, Encoding encoding, Codec codec)
      throws Exception {
    StreamExecutionEnvironment env = environment(mode, checkpointInterval);
    env.fromSequence(1, RECORDS)
        .map(
            i -> {
              Thread.sleep(1); // some checkpoints long
              return Records.event(Long.toString(i));
            })
        .returns(TypeInformation.of(ClassificationEvent.class))
        .sinkTo(Sinks.events(Settings.files(folder.toUri().toString(), encoding, codec)));
    env.execute();
  }

  private static StreamExecutionEnvironment environment(
      RuntimeExecutionMode mode, long checkpointInterval) {
    Configuration configuration = new Configuration();
    configuration.set(ExecutionOptions.RUNTIME_MODE, mode);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    if (checkpointInterval > 0) {
      env.enableCheckpointing(checkpointInterval);
    }
    return env;
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> found = files.filter(Files::isRegularFile).toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }

  private static DataFileReader<ClassificationEvent> container(Path file) throws Exception {
    return new DataFileReader<>(
        file.toFile(), new SpecificDatumReader<>(ClassificationEvent.class));
  }

  private static List<String> idsOfContainer(Path file) throws Exception {
    List<String> ids = new ArrayList<>();
    try (DataFileReader<ClassificationEvent> reader = container(file)) {
      for (ClassificationEvent event : reader) {
        assertThat(event).isEqualTo(Records.event(event.getReferenceId()));
        ids.add(event.getReferenceId());
      }
    }
    return ids;
  }

  private static List<String> idsOfJsonLines(Path file) throws Exception {
    List<String> ids = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode event = new ObjectMapper().readTree(line);
      assertThat(event.get("model_name").asText()).isEqualTo("squeezenet");
      ids.add(event.get("reference_id").asText());
    }
    return ids;
  }
}
