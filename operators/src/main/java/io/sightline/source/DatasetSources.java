// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.util.Objects.requireNonNull;

import io.sightline.dataset.LabelledImage;
import io.sightline.reference.SourceRecord;
import io.sightline.schemas.ImageReference;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.jspecify.annotations.Nullable;

/** Makes the bounded source of the images of a data set. */
public final class DatasetSources {

  private DatasetSources() {}

  /**
   * A source of one record an image, in Avro's single-object encoding of an {@code ImageReference}
   * whose id is the image's name. It is split over the subtasks, and goes on after a failure where
   * the checkpoint was. The list of images travels in the job, deflated: about 10 bytes an image.
   *
   * @param submittedAt of every reference
   */
  public static Source<SourceRecord, ?, ?> create(List<LabelledImage> images, Instant submittedAt) {
    return new DataGeneratorSource<>(
        new References(images, submittedAt.toEpochMilli()),
        images.size(),
        TypeInformation.of(SourceRecord.class));
  }

  /** The record of an image by its index. */
  private static final class References implements GeneratorFunction<Long, SourceRecord> {

    private static final long serialVersionUID = 1L;

    private final byte[] deflated;
    private final long submittedAt;

    private transient @Nullable List<ImageReference> references;

    References(List<LabelledImage> images, long submittedAt) {
      this.deflated = deflate(images);
      this.submittedAt = submittedAt;
    }

    @Override
    public void open(SourceReaderContext context) throws Exception {
      references = inflate(deflated);
    }

    @Override
    public SourceRecord map(Long index) throws Exception {
      ImageReference reference = requireNonNull(references).get(Math.toIntExact(index));
      ByteBuffer encoded = ImageReference.getEncoder().encode(reference);
      byte[] value = new byte[encoded.remaining()];
      encoded.get(value);
      return new SourceRecord(null, -1, index, submittedAt, null, value);
    }

    private static byte[] deflate(List<LabelledImage> images) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
        out.writeInt(images.size());
        for (LabelledImage image : images) {
          out.writeUTF(image.name());
          out.writeUTF(image.file().toUri().toString());
          out.writeInt(image.classId() == null ? -1 : image.classId());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("a path is too long", e);
      }
      return bytes.toByteArray();
    }

    private static List<ImageReference> inflate(byte[] deflated) throws IOException {
      try (DataInputStream in =
          new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(deflated)))) {
        int count = in.readInt();
        List<ImageReference> references = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          ImageReference.Builder reference =
              ImageReference.newBuilder().setId(in.readUTF()).setUri(in.readUTF());
          int classId = in.readInt();
          references.add(
              reference.setLabel(classId < 0 ? null : Integer.toString(classId)).build());
        }
        return references;
      }
    }
  }
}
