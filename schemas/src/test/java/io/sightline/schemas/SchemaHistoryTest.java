// SPDX-License-Identifier: Apache-2.0
package io.sightline.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the schemas to what was published. Every version lies in {@code
 * src/main/resources/io/sightline/schemas/history}: whoever changes a schema adds the next file
 * there, so that records and savepoints of older versions stay readable.
 */
class SchemaHistoryTest {

  static List<Schema> schemas() {
    return List.of(
        ImageReference.getClassSchema(),
        ClassificationEvent.getClassSchema(),
        Rejection.getClassSchema(),
        Retry.getClassSchema(),
        EvaluationReport.getClassSchema(),
        EvaluationState.getClassSchema());
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void theSchemaIsTheNewestPublishedVersion(Schema schema) throws IOException {
    List<Schema> history = history(schema);

    assertThat(history).as("history/%s-1.avsc", schema.getName()).isNotEmpty();
    assertThat(history.get(history.size() - 1))
        .as(
            "history/%s-%d.avsc: a change of the schema needs the next version there",
            schema.getName(), history.size())
        .satisfies(
            newest ->
                assertThat(SchemaNormalization.toParsingForm(newest))
                    .isEqualTo(SchemaNormalization.toParsingForm(schema)));
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void everyVersionReadsEveryOther(Schema schema) throws IOException {
    List<Schema> history = history(schema);
    for (Schema reader : history) {
      for (Schema writer : history) {
        SchemaCompatibility.SchemaPairCompatibility pair =
            SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        assertThat(pair.getType())
            .as(pair.getDescription())
            .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void everyRecordAndEveryFieldIsDocumented(Schema schema) {
    Set<String> undocumented = new TreeSet<>();
    collectUndocumented(schema, undocumented);

    assertThat(undocumented).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void everyNullableFieldIsNullByDefault(Schema schema) {
    for (Schema.Field field : schema.getFields()) {
      if (field.schema().isNullable()) {
        assertThat(field.hasDefaultValue()).as(field.name()).isTrue();
        assertThat(field.schema().getTypes().get(0).getType())
            .as(field.name())
            .isEqualTo(Schema.Type.NULL);
      }
    }
  }

  private static void collectUndocumented(Schema schema, Set<String> undocumented) {
    switch (schema.getType()) {
      case RECORD -> {
        if (schema.getDoc() == null) {
          undocumented.add(schema.getName());
        }
        for (Schema.Field field : schema.getFields()) {
          if (field.doc() == null || !field.doc().endsWith(".")) {
            undocumented.add(schema.getName() + "." + field.name());
          }
          collectUndocumented(field.schema(), undocumented);
        }
      }
      case UNION -> schema.getTypes().forEach(branch -> collectUndocumented(branch, undocumented));
      default -> {} // has no documentation of its own
    }
  }

  private static List<Schema> history(Schema schema) throws IOException {
    List<Schema> history = new ArrayList<>();
    while (true) {
      String name = "history/%s-%d.avsc".formatted(schema.getName(), history.size() + 1);
      try (InputStream in = ImageReference.class.getResourceAsStream(name)) {
        if (in == null) {
          return history;
        }
        history.add(new Schema.Parser().parse(in));
      }
    }
  }
}
