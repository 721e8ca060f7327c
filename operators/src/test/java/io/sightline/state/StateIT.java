// SPDX-License-Identifier: Apache-2.0
package io.sightline.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.classify.Outcome;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Rejection;
import io.sightline.schemas.Retry;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.avro.Schema;
import org.apache.avro.compiler.specific.SpecificCompiler;
import org.apache.avro.generic.GenericData;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What travels between operators and lies in state is chosen, and outlives a change of schema. */
@Timeout(180)
class StateIT {

  private static final String ADDED = "added_later";

  @BeforeEach
  void reset() {
    ReferencesInFlight.reset();
  }

  @Test
  void recordsAndOutcomesAreSerialisedAsPojosWithoutKryo() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(SourceRecord.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Outcome.class);

    PojoTypeInfo<Outcome> outcome = (PojoTypeInfo<Outcome>) TypeInformation.of(Outcome.class);
    assertThat(outcome.getTypeAt("event")).isEqualTo(new AvroTypeInfo<>(ClassificationEvent.class));
    assertThat(outcome.getTypeAt("rejection")).isEqualTo(new AvroTypeInfo<>(Rejection.class));
    assertThat(outcome.getTypeAt("retry")).isEqualTo(new AvroTypeInfo<>(Retry.class));
  }

  @Test
  void avroRecordsAreSerialisedByAvro() {
    assertThat(TypeInformation.of(ImageReference.class))
        .isEqualTo(new AvroTypeInfo<>(ImageReference.class));
    assertThat(TypeInformation.of(ClassificationEvent.class))
        .isEqualTo(new AvroTypeInfo<>(ClassificationEvent.class));
    assertThat(TypeInformation.of(Rejection.class)).isEqualTo(new AvroTypeInfo<>(Rejection.class));
    assertThat(TypeInformation.of(Retry.class)).isEqualTo(new AvroTypeInfo<>(Retry.class));
  }

  @Test
  void noJvmPropertyIsNeeded() {
    assertThat(System.getProperties().stringPropertyNames())
        .noneMatch(name -> name.startsWith("org.apache.avro"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void referencesInFlightAreRestoredFromACheckpoint(boolean objectReuse) throws Exception {
    try (MiniCluster cluster = ReferencesInFlight.startCluster()) {
      JobGraph graph = ReferencesInFlight.define("this release", objectReuse);
      JobID job = cluster.submitJob(graph).get().getJobID();
      ReferencesInFlight.awaitAll(ReferencesInFlight.ENTERED);
      cluster.triggerCheckpoint(job).get(60, TimeUnit.SECONDS); // all of them are in its state
      ReferencesInFlight.ENTERED.clear();
      ReferencesInFlight.failOnce = true;
      ReferencesInFlight.awaitOutcomes(cluster, job);
    }

    // The source had passed them: only the state can have brought them back.
    assertThat(ReferencesInFlight.failOnce).as("a failure is still to come").isFalse();
    assertThat(ReferencesInFlight.ENTERED)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, ReferencesInFlight.REFERENCES)
                .mapToObj(String::valueOf)
                .toList());
    ReferencesInFlight.assertAllAreWhole("this release");
    assertThat(ReferencesInFlight.REJECTED)
        .singleElement()
        .extracting(Rejection::getReason)
        .isEqualTo("malformed-record");
  }

  @Test
  void aSavepointIsRestoredAfterANullableFieldWasAdded(@TempDir Path folder) throws Exception {
    String savepoint;
    try (MiniCluster cluster = ReferencesInFlight.startCluster()) {
      JobGraph graph = ReferencesInFlight.define("this release", true);
      JobID job = cluster.submitJob(graph).get().getJobID();
      ReferencesInFlight.awaitAll(ReferencesInFlight.ENTERED);
      savepoint =
          cluster
              .triggerSavepoint(
                  job,
                  folder.resolve("savepoints").toUri().toString(),
                  true,
                  SavepointFormatType.CANONICAL)
              .get(60, TimeUnit.SECONDS);
    }
    assertThat(ReferencesInFlight.OUT).as("none has left before the savepoint").isEmpty();

    restoreInTheNextRelease(compileNewerImageReference(folder), savepoint, folder);
  }

  /** Generates and compiles today's ImageReference with a nullable field more, in the middle. */
  private static Path compileNewerImageReference(Path folder) throws Exception {
    Schema today = ImageReference.getClassSchema();
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : today.getFields()) {
      fields.add(new Schema.Field(field, field.schema()));
    }
    Schema type =
        Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.INT));
    fields.add(
        fields.size() / 2,
        new Schema.Field(ADDED, type, "Is new.", Schema.Field.NULL_DEFAULT_VALUE));
    SpecificCompiler generator =
        new SpecificCompiler(
            Schema.createRecord(
                today.getName(), today.getDoc(), today.getNamespace(), false, fields));
    generator.setStringType(GenericData.StringType.String);
    generator.setFieldVisibility(SpecificCompiler.FieldVisibility.PRIVATE);
    Path sources = folder.resolve("sources");
    generator.compileToDestination(null, sources.toFile());

    Path classes = Files.createDirectory(folder.resolve("classes"));
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d"));
    arguments.addAll(List.of(classes.toString(), "-cp", classPath()));
    try (Stream<Path> files = Files.walk(sources)) {
      files.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
    }
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    assertThat(javac.run(null, null, null, arguments.toArray(String[]::new))).isZero();
    return classes;
  }

  private static void restoreInTheNextRelease(Path newerClasses, String savepoint, Path folder)
      throws Exception {
    Path log = folder.resolve("log");
    Path arguments =
        Files.writeString(
            folder.resolve("arguments"),
            "-cp \"%s%s%s\"".formatted(newerClasses, File.pathSeparator, classPath()));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "@" + arguments,
                ReferencesInFlight.class.getName(),
                savepoint,
                ADDED)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(java.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(java.exitValue()).as(Files.readString(log)).isZero();
    } finally {
      java.destroyForcibly();
    }
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }
}
