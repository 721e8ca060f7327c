// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.schemas.EvaluationState;
import io.sightline.schemas.RejectionCount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts on their way into Flink's state and back. */
class EvaluationStateTest {

  /** The counts of {@link #sample}, written when version 1 of the schema was the newest. */
  private static final String VERSION_1 =
      "d804040204000402040008180101c31001a40201a9ac050108000002000200261000000000000000"
          + "00000000000000000000000202261800000000000000000000000000000000000002002620000000"
          + "00000000000000000000000000000000042652e377ef6fc221000000000000000000000000040c64"
          + "65636f64651a636f72727570742d696d616765020a6665746368126e6f742d666f756e640400";

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 50})
  void countsComeBackAsTheyWere(int classes) throws Exception {
    CountingRules rules = new CountingRules(classes, List.of(1, 3, 60), 4);
    EvaluationCounts counts =
        Prediction.count(rules, Prediction.random(new SplittableRandom(classes), 200, classes));
    counts.addRejection("fetch", "not-found");
    assertThat(EvaluationCounts.of(counts.toState())).isEqualTo(counts);

    ByteBuffer bytes = counts.toState().toByteBuffer();
    assertThat(EvaluationCounts.of(EvaluationState.fromByteBuffer(bytes))).isEqualTo(counts);
    EvaluationCounts nothing = new EvaluationCounts(rules);
    assertThat(EvaluationCounts.of(nothing.toState())).isEqualTo(nothing);
  }

  @Test
  void flinkSerialisesAndCopiesThemByAvro() throws Exception {
    TypeInformation<EvaluationState> type = TypeInformation.of(EvaluationState.class);
    assertThat(type).isEqualTo(new AvroTypeInfo<>(EvaluationState.class));
    TypeSerializer<EvaluationState> serializer = type.createSerializer(new SerializerConfigImpl());
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(sample().toState(), out);
    EvaluationState read = serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    assertThat(EvaluationCounts.of(read)).isEqualTo(sample());
    assertThat(EvaluationCounts.of(serializer.copy(read))).isEqualTo(sample());
  }

  @Test
  void theFirstVersionIsRestored() throws Exception {
    EvaluationState state = read(HexFormat.of().parseHex(VERSION_1), version1());
    assertThat(EvaluationCounts.of(state)).isEqualTo(sample());
  }

  @Test
  void aLaterVersionWithOneMoreFieldIsRestored() throws Exception {
    Schema later = withNullableField(version1());
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(version1(), later)
            .read(
                null, DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(VERSION_1), null));
    record.put("added_later", 17L);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(later).write(record, encoder);
    encoder.flush();
    assertThat(EvaluationCounts.of(read(out.toByteArray(), later))).isEqualTo(sample());
  }

  private static EvaluationState read(byte[] bytes, Schema writer) throws IOException {
    return new SpecificDatumReader<EvaluationState>(writer, EvaluationState.getClassSchema())
        .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
  }

  private static Schema version1() throws IOException {
    try (InputStream in =
        EvaluationState.class.getResourceAsStream("history/EvaluationState-1.avsc")) {
      return new Schema.Parser().parse(in);
    }
  }

  private static Schema withNullableField(Schema schema) {
    List<Schema.Field> fields = new ArrayList<>();
    schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    Schema nullable =
        Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.LONG));
    fields.add(new Schema.Field("added_later", nullable, "A field.", Schema.Field.NULL_VALUE));
    return Schema.createRecord(
        schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
  }

  /** Counts with something in every field. */
  private static EvaluationCounts sample() {
    EvaluationCounts counts = new EvaluationCounts(new CountingRules(300, List.of(1, 2), 4));
    counts.add(7, List.of(7, 299), List.of(0.75f, 0.125f));
    counts.add(7, List.of(299, 7), List.of(0.5f, 0.1f));
    counts.add(299, List.of(0), List.of(1f));
    counts.add(0, List.of(), List.of());
    counts.addRejection("fetch", "not-found");
    counts.addRejection("decode", "corrupt-image");
    counts.addRejection("fetch", "not-found");
    return counts;
  }

  @Test
  void stateThatDoesNotFitTogetherIsRefused() {
    assertRefused(state -> state.setImages(5));
    assertRefused(state -> state.setClasses(0));
    assertRefused(state -> state.setTopKHits(List.of(1L)));
    assertRefused(state -> state.setTopKHits(List.of(1L, 5L)));
    assertRefused(state -> state.setTopKHits(List.of(-1L, 1L)));
    assertRefused(state -> state.setLogLossImages(5));
    assertRefused(state -> state.setLogLossImages(-1));
    assertRefused(state -> state.setLogLossSum(ByteBuffer.allocate(0)));
    assertRefused(state -> state.setConfusion(ByteBuffer.wrap(new byte[] {1})));
    assertRefused(state -> state.setCalibration(List.of()));
    assertRefused(state -> state.getCalibration().get(0).setHits(1));
    assertRefused(state -> state.getCalibration().get(0).setImages(9));
    RejectionCount none = new RejectionCount("fetch", "not-found", 0L);
    RejectionCount one = new RejectionCount("fetch", "not-found", 1L);
    assertRefused(state -> state.setRejections(List.of(none)));
    assertRefused(state -> state.setRejections(List.of(one, one)));
  }

  private static void assertRefused(Consumer<EvaluationState> change) {
    EvaluationState state = sample().toState();
    assertThat(EvaluationCounts.of(state)).isEqualTo(sample());
    change.accept(state);
    assertThatThrownBy(() -> EvaluationCounts.of(state))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
