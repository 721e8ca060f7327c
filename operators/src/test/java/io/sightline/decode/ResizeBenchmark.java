// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
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

/**
 * Time from the decoded pixels of an image, 500 x 375, to its row, by OpenCV's and by Pillow's
 * resize: with one size of image, and with two in turn, of which Pillow's taps are computed anew.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ResizeBenchmark {

  @Param({
    "LINEAR",
    "CUBIC",
    "AREA",
    "LANCZOS4",
    "PIL_NEAREST",
    "PIL_BILINEAR",
    "PIL_BICUBIC",
    "PIL_LANCZOS"
  })
  private String interpolation;

  @Param("NCHW")
  private Layout layout;

  @Param("FLOAT32")
  private ElementType type;

  private DecodedImage image;
  private DecodedImage other;
  private ImageDecoder decoder;
  private ByteBuffer row;

  @Setup(Level.Trial)
  public void open() throws RejectedException {
    boolean isPixels = type == ElementType.UINT8;
    Preprocessing preprocessing =
        new Preprocessing(
            Resize.toShortSide(256, Interpolation.valueOf(interpolation)),
            Crop.of(224, 224),
            Channels.RGB,
            isPixels ? 1 : 1 / 255.0,
            isPixels ? List.of(0.0, 0.0, 0.0) : List.of(0.485, 0.456, 0.406),
            isPixels ? List.of(1.0, 1.0, 1.0) : List.of(0.229, 0.224, 0.225));
    decoder =
        new ImageDecoder(
            preprocessing, new RowFormat(layout, type), DecodeSettings.upTo(1_000_000));
    row = ByteBuffer.allocateDirect(decoder.rowBytes()).order(ByteOrder.nativeOrder());
    image = decoded(TestImages.noise(".png", 500, 375, 1));
    other = decoded(TestImages.noise(".png", 375, 500, 1));
    decoder.use(image);
  }

  private static DecodedImage decoded(byte[] bytes) throws RejectedException {
    return DecodedImage.of(bytes, DecodeSettings.upTo(1_000_000));
  }

  @TearDown(Level.Trial)
  public void close() {
    image.close();
    other.close();
    decoder.close();
  }

  @Benchmark
  public ByteBuffer oneSize() throws RejectedException {
    decoder.writeTo(row);
    return row;
  }

  /** Two images. */
  @Benchmark
  public ByteBuffer sizesInTurn() throws RejectedException {
    decoder.use(other);
    decoder.writeTo(row);
    decoder.use(image);
    decoder.writeTo(row);
    return row;
  }
}
