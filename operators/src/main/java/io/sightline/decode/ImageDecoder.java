// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.config.DecodeSettings;
import io.sightline.reference.RejectedException;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.opencv_java;
import org.jspecify.annotations.Nullable;
import org.opencv.core.Core;
import org.opencv.core.CvException;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/**
 * One worker's way from encoded bytes to a row of a batch: probe, decode, resize, crop, normalise.
 * It keeps its native scratch memory between images. Not thread-safe: one decoder a thread.
 *
 * <p>{@link #decode} holds the decoded image until the next call; {@link #writeTo} brings it into a
 * row. The pixels are those of OpenCV's {@code imdecode} (of a GIF, those of the JDK's reader) and
 * of OpenCV's or Pillow's {@code resize}, bit by bit; the values those of OpenCV's {@code
 * convertTo}.
 */
public final class ImageDecoder implements AutoCloseable {

  private static final int INITIAL_INPUT_BYTES = 1 << 18;

  private final DecodeSettings settings;
  private final Preprocessor preprocessor;

  /** What wraps every row that was ever written; the keys keep the rows' memory alive. */
  private final IdentityHashMap<ByteBuffer, RowMats> rows = new IdentityHashMap<>();

  private ByteBuffer input = ByteBuffer.allocateDirect(INITIAL_INPUT_BYTES);
  private @Nullable Mat image;
  private @Nullable ImageHeader header;
  private @Nullable Placement placement;

  /**
   * A decoder for one model.
   *
   * @param format of the rows that {@link #writeTo} writes
   * @throws IllegalArgumentException where the format is of bytes, which can't be normalised, and
   *     the preprocessing has a scale, mean or standard deviation
   */
  public ImageDecoder(Preprocessing preprocessing, RowFormat format, DecodeSettings settings) {
    loadNatives();
    this.settings = settings;
    this.preprocessor = new Preprocessor(preprocessing, format, settings);
  }

  /**
   * Loads OpenCV's libraries, once a process, and leaves parallelism to the caller's threads.
   *
   * @throws UnsatisfiedLinkError where this platform's libraries are not on the class path
   */
  public static void loadNatives() {
    Natives.LOADED.ensure();
  }

  /**
   * Decodes an image after its header was checked, and turns it as its EXIF orientation (or that of
   * a TIFF) says where {@code decode.exif-orientation} is on. Of several frames it is the first.
   *
   * @throws RejectedException where it is no image, too large, too small, or broken
   */
  public void decode(byte[] bytes, int offset, int length) throws RejectedException {
    releaseImage();
    HeaderReader in = new HeaderReader(bytes, offset, length);
    ImageHeader probed = PixelDecoder.probe(in, settings.maxPixels());
    take(PixelDecoder.decode(in, probed, settings, () -> inputOf(bytes, offset, length)), probed);
  }

  /** Gives up the decoded image, for this and other decoders to {@link #use}. */
  public DecodedImage detach() {
    DecodedImage detached = new DecodedImage(decoded(), Objects.requireNonNull(header));
    image = null;
    header = null;
    placement = null;
    return detached;
  }

  /**
   * Takes an image that was decoded before, in place of {@link #decode}.
   *
   * @throws RejectedException where it would be too large or too small for this decoder
   */
  public void use(DecodedImage decoded) throws RejectedException {
    releaseImage();
    take(decoded.view(), decoded.header());
  }

  private void take(Mat decoded, ImageHeader probed) throws RejectedException {
    try {
      placement = preprocessor.place(decoded); // by its size as it was turned
    } catch (RejectedException e) {
      decoded.release();
      throw e;
    }
    header = probed;
    image = decoded;
  }

  /** Format of the decoded image. */
  public ImageFormat format() {
    return Objects.requireNonNull(header, "no image was decoded").format();
  }

  /** Width in pixels of the decoded image, turned or not. */
  public int width() {
    return decoded().cols();
  }

  /** Height in pixels of the decoded image, turned or not. */
  public int height() {
    return decoded().rows();
  }

  /**
   * Writes the decoded image into a row.
   *
   * @param row a direct buffer of exactly {@link #rowBytes} bytes, in native order; the same object
   *     each time for the same row, since what wraps it is kept
   * @throws RejectedException where OpenCV refuses this image; the row then holds nothing
   * @throws ReallocatedRowError where the row was not written
   */
  public void writeTo(ByteBuffer row) throws RejectedException {
    RowMats mats = rows.computeIfAbsent(row, preprocessor::matsOf);
    try {
      preprocessor.write(decoded(), Objects.requireNonNull(placement), mats);
    } catch (CvException e) {
      throw PixelDecoder.corrupt(Objects.requireNonNull(header), e);
    }
  }

  /** Size of a row, in bytes. */
  public int rowBytes() {
    return preprocessor.rowBytes();
  }

  /** Gives up the decoded image and the scratch memory; rows that were written are untouched. */
  @Override
  public void close() {
    releaseImage();
    preprocessor.close();
    rows.clear();
  }

  private Mat decoded() {
    return Objects.requireNonNull(image, "no image was decoded");
  }

  private void releaseImage() {
    Mat last = image;
    image = null;
    header = null;
    placement = null;
    if (last != null) {
      last.release();
    }
  }

  private Mat inputOf(byte[] bytes, int offset, int length) {
    if (input.capacity() < length) {
      input = ByteBuffer.allocateDirect(Math.max(length, Math.min(2 * input.capacity(), 1 << 30)));
    }
    input.clear().put(bytes, offset, length);
    return new Mat(1, length, CvType.CV_8UC1, input);
  }

  /** OpenCV's libraries: loaded when this class is. */
  private enum Natives {
    LOADED;

    static {
      Loader.load(opencv_java.class);
      Core.setNumThreads(1);
    }

    void ensure() {}
  }
}
