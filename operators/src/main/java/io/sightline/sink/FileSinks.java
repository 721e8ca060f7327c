// SPDX-License-Identifier: Apache-2.0
package io.sightline.sink;

import static java.util.Objects.requireNonNull;

import io.sightline.config.SinkSettings;
import io.sightline.config.SinkSettings.Codec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneOffset;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.formats.avro.AvroWriterFactory;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.DateTimeBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/**
 * Makes file sinks: Avro container files ({@code .avro}) or JSON lines ({@code .jsonl}). Each
 * subtask writes one file a checkpoint, and it gets its final name when the checkpoint is complete;
 * at the end of bounded input the last one does. Names without a leading dot are final.
 *
 * <p>Files lie in a folder a day, {@code dt=2026-11-24} in UTC, by the time of writing: a job that
 * runs for months never has all its files in one folder, a day that has passed is complete, and
 * Hive, Spark and Flink SQL read the folders as a partition column.
 */
final class FileSinks {

  private static final String BUCKET = "'dt='yyyy-MM-dd";

  private FileSinks() {}

  static <T extends SpecificRecordBase> FileSink<T> create(SinkSettings settings, Class<T> type) {
    boolean json = settings.encoding() == SinkSettings.Encoding.JSON;
    BulkWriter.Factory<T> writers =
        json ? out -> new JsonLines<>(out) : avroContainers(type, settings.codec());
    return FileSink.forBulkFormat(new Path(requireNonNull(settings.path())), writers)
        .withBucketAssigner(new DateTimeBucketAssigner<>(BUCKET, ZoneOffset.UTC))
        .withRollingPolicy(OnCheckpointRollingPolicy.build())
        .withOutputFileConfig(
            OutputFileConfig.builder().withPartSuffix(json ? ".jsonl" : ".avro").build())
        .build();
  }

  private static <T extends SpecificRecordBase> BulkWriter.Factory<T> avroContainers(
      Class<T> type, Codec codec) {
    return new AvroWriterFactory<>(
        out -> {
          Schema schema = SpecificData.get().getSchema(type);
          return new DataFileWriter<>(new SpecificDatumWriter<T>(schema))
              .setCodec(codecFactory(codec))
              .create(schema, out);
        });
  }

  private static CodecFactory codecFactory(Codec codec) {
    return switch (codec) {
      case NULL -> CodecFactory.nullCodec();
      case DEFLATE -> CodecFactory.deflateCodec(CodecFactory.DEFAULT_DEFLATE_LEVEL);
      case SNAPPY -> CodecFactory.snappyCodec();
      case ZSTANDARD -> CodecFactory.zstandardCodec(CodecFactory.DEFAULT_ZSTANDARD_LEVEL);
    };
  }

  /** A JSON object a line. Not thread-safe. */
  private static final class JsonLines<T extends SpecificRecordBase> implements BulkWriter<T> {

    private final JsonEncoder<T> encoder = new JsonEncoder<>();
    private final OutputStream out;

    JsonLines(OutputStream out) {
      this.out = new BufferedOutputStream(out, 64 * 1024);
    }

    @Override
    public void addElement(T record) throws IOException {
      encoder.write(record, out);
      out.write('\n');
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    /** The stream itself is closed by its owner. */
    @Override
    public void finish() throws IOException {
      out.flush();
    }
  }
}
