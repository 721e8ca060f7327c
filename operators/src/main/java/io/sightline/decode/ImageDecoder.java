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
 * row. The pixels are those of OpenCV's {@code imdecode} (though a GIF is decoded here) and of
 * OpenCV's or Pillow's {@code resize}, bit by bit; the values those of OpenCV's {@code convertTo}.
 */
public final class ImageDecoder implements AutoCloseable {

  private static final int INITIAL_INPUT_BYTES = 1 << 18;

  private final DecodeSettings settings;
  private final Preprocessor preprocessor;

  /** What wraps every row that was ever written; the keys keep the rows' memory alive. */
  private final IdentityHashMap<ByteBuffer, RowMats> rows = new IdentityHashMap<>();

  private final PixelMemory memory;
  private ByteBuffer input = ByteBuffer.allocateDirect(INITIAL_INPUT_BYTES);

  /** The decoded image, or its upper rows. */
  private @Nullable Mat image;

  /** Of the whole image. */
  private int height;

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
    this.memory = new PixelMemory();
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
   * a TIFF) says where {@code decode.exif-orientation} is on. Of several frames it is the first. Of
   * a JPEG, rows below the last one that the crop depends on are left out where that is possible.
   *
   * @throws RejectedException where it is no image, too large, too small, or broken
   */
  public void decode(byte[] bytes, int offset, int length) throws RejectedException {
    releaseImage();
    HeaderReader in = new HeaderReader(bytes, offset, length);
    ImageHeader probed = PixelDecoder.probe(in, settings.maxPixels());
    if (probed.format() != ImageFormat.JPEG || !decodeUpperRows(JpegFile.read(in))) {
      Mat decoded =
          PixelDecoder.decode(
              in, probed, settings, () -> new Mat(1, length, CvType.CV_8UC1, copyOf(in)), memory);
      takeWhole(decoded, probed);
    }
  }

  /**
   * Decodes a JPEG as far as the crop needs it.
   *
   * @return whether that was possible; a broken image is to be decoded whole, so that whether it is
   *     rejected does not depend on the crop
   */
  private boolean decodeUpperRows(JpegFile jpeg) throws RejectedException {
    if (!jpeg.canBeDecodedInPart(settings.exifOrientation())) {
      return false;
    }
    ImageHeader whole = jpeg.header();
    Placement placed = preprocessor.place(whole.width(), whole.height());
    int rows = jpeg.rowsToDecode(preprocessor.sourceRows(whole.height(), placed));
    if (rows >= whole.height()) {
      return false;
    }
    ByteBuffer part = copyOf(jpeg.in());
    jpeg.limitRows(part, rows);
    Mat encoded = new Mat(1, part.limit(), CvType.CV_8UC1, part);
    Mat decoded;
    try {
      decoded = PixelDecoder.decode(encoded, whole, rows, settings.exifOrientation(), memory);
    } catch (RejectedException e) {
      return false;
    } finally {
      encoded.release();
    }
    if (decoded.rows() != rows || decoded.cols() != whole.width()) {
      decoded.release();
      return false;
    }
    take(decoded, whole, whole.height(), placed);
    return true;
  }

  /**
   * Takes an image that was decoded before, in place of {@link #decode}.
   *
   * @throws RejectedException where it would be too large or too small for this decoder
   */
  public void use(DecodedImage decoded) throws RejectedException {
    releaseImage();
    takeWhole(decoded.view(), decoded.header());
  }

  private void takeWhole(Mat decoded, ImageHeader probed) throws RejectedException {
    Placement placed;
    try {
      placed = preprocessor.place(decoded.cols(), decoded.rows()); // its size as it was turned
    } catch (RejectedException e) {
      decoded.release();
      throw e;
    }
    take(decoded, probed, decoded.rows(), placed);
  }

  private void take(Mat decoded, ImageHeader probed, int wholeHeight, Placement placed) {
    image = decoded;
    header = probed;
    height = wholeHeight;
    placement = placed;
  }

  /** Format of the decoded image. */
  public ImageFormat format() {
    return Objects.requireNonNull(header, "no image was decoded").format();
  }

  /** Width in pixels of the decoded image, turned or not. */
  public int width() {
    return decoded().cols();
  }

  /** Height in pixels of the decoded image, turned or not, with any rows that were left out. */
  public int height() {
    decoded();
    return height;
  }

  /** Rows that were decoded, from the first on. */
  int decodedRows() {
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
    RowMats mats = matsOf(row);
    try {
      preprocessor.write(decoded(), height, Objects.requireNonNull(placement), mats);
    } catch (CvException e) {
      throw PixelDecoder.corrupt(Objects.requireNonNull(header), e);
    }
  }

  /** What wraps a row. */
  RowMats matsOf(ByteBuffer row) {
    return rows.computeIfAbsent(row, preprocessor::matsOf);
  }

  /** Size of a row, in bytes. */
  public int rowBytes() {
    return preprocessor.rowBytes();
  }

  /** Gives up the decoded image and the scratch memory; rows that were written are untouched. */
  @Override
  public void close() {
    releaseImage();
    memory.close();
    preprocessor.close();
    rows.clear();
  }

  Mat decoded() {
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

  /** The bytes in native memory, until the next call. */
  private ByteBuffer copyOf(HeaderReader in) {
    int length = in.length();
    if (input.capacity() < length) {
      input = ByteBuffer.allocateDirect(Math.max(length, Math.min(2 * input.capacity(), 1 << 30)));
    }
    return input.clear().put(in.bytes(), in.offset(), length);
  }

  /** OpenCV's libraries: loaded when this class is. */
  private enum Natives {
    LOADED;

    static {
      // JavaCPP fails a process that is larger than four times its heap, which one with a model may
      // well be; to be set before any of its classes is loaded.
      if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxphysicalbytes", "0");
      }
      Loader.load(opencv_java.class);
      PixelMemory.loadNatives();
      Core.setNumThreads(1);
    }

    void ensure() {}
  }
}
