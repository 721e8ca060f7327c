// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Time of one image: its header, its decode, its way into a row, and all of these. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DecodeBenchmark {

  private static final Preprocessing IMAGENET =
      new Preprocessing(
          Resize.toShortSide(256, Interpolation.LINEAR),
          Crop.of(224, 224),
          Channels.RGB,
          1 / 255.0,
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225));

  @Param({"jpg", "png", "webp"})
  private String format;

  private byte[] bytes;
  private ImageDecoder decoder;
  private ByteBuffer row;

  @Setup(Level.Trial)
  public void open() throws RejectedException {
    bytes = TestImages.noise("." + format, 500, 375, 1);
    decoder = new ImageDecoder(IMAGENET, RowFormat.PLANAR_FLOAT32, DecodeSettings.upTo(1_000_000));
    row = ByteBuffer.allocateDirect(decoder.rowBytes()).order(ByteOrder.nativeOrder());
    decoder.decode(bytes, 0, bytes.length);
  }

  @TearDown(Level.Trial)
  public void close() {
    decoder.close();
  }

  @Benchmark
  public Object probe() throws RejectedException {
    return ImageProbe.probe(bytes, 0, bytes.length);
  }

  @Benchmark
  public int decode() throws RejectedException {
    decoder.decode(bytes, 0, bytes.length);
    return decoder.width();
  }

  @Benchmark
  public ByteBuffer preprocess() throws RejectedException {
    decoder.writeTo(row);
    return row;
  }

  @Benchmark
  public ByteBuffer decodeAndPreprocess() throws RejectedException {
    decoder.decode(bytes, 0, bytes.length);
    decoder.writeTo(row);
    return row;
  }
}
