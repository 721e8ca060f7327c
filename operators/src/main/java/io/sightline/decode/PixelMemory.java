// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.imgcodecs.Imgcodecs;

/**
 * Memory that one worker decodes large images into, kept from one to the next. Not thread-safe.
 *
 * <p>An allocator takes a block of this size from the system, and gives it back, for each image
 * anew: glibc's above 32 MiB (mallopt(3), M_MMAP_THRESHOLD), jemalloc, which Flink's own image has,
 * above 8 MiB by its documentation (opt.oversize_threshold). With glibc a photograph of 12
 * megapixels costs 8,800 page faults, two fifths of the time of its decode.
 */
final class PixelMemory implements AutoCloseable {

  /** Of smaller images the allocator keeps the memory itself. */
  static final long LEAST_BYTES = 4L << 20;

  /** 33 megapixels: what is larger is seldom, and held for too long. */
  static final long MOST_BYTES = 96L << 20;

  private static final int BYTES_A_PIXEL = 3;

  /** {@code [1, bytes]}; grows, and never shrinks. */
  private final Mat store = new Mat();

  /** Loads what decodes into given memory; to be called once OpenCV itself is loaded. */
  static void loadNatives() {
    Loader.load(opencv_imgcodecs.class);
  }

  /**
   * Decodes as {@code imdecode} does.
   *
   * @param encoded {@code [1, length]}
   * @param rows of the image as it is stored
   * @param cols of the image as it is stored
   * @return the image, empty where it could not be decoded; released by the caller, and valid until
   *     the next call where it lies in this memory: elsewhere it was turned, or has another size
   *     than was said
   */
  Mat decode(Mat encoded, int flags, int rows, int cols) {
    long bytes = (long) BYTES_A_PIXEL * rows * cols;
    if (bytes < LEAST_BYTES || bytes > MOST_BYTES || isLimited()) {
      return Imgcodecs.imdecode(encoded, flags);
    }
    if (store.total() < bytes) {
      store.release();
      store.create(1, (int) bytes, CvType.CV_8UC1);
    }
    Mat some = store.colRange(0, (int) bytes);
    Mat pixels = some.reshape(BYTES_A_PIXEL, rows);
    some.release();
    try (var decoded = opencv_imgcodecs.imdecode(new Native(encoded), flags, new Native(pixels))) {
      if (decoded.empty()) {
        pixels.release();
      }
      return pixels;
    } catch (RuntimeException e) { // OpenCV's: its Java API says the same in its own way
      pixels.release();
      return Imgcodecs.imdecode(encoded, flags);
    }
  }

  /** Whether JavaCPP would fail a process that is larger than some multiple of its heap. */
  private static boolean isLimited() {
    return Pointer.maxPhysicalBytes() > 0;
  }

  @Override
  public void close() {
    store.release();
  }

  /** The same native object as a Mat of OpenCV's Java API, which owns it. */
  private static final class Native extends org.bytedeco.opencv.opencv_core.Mat {

    Native(Mat mat) {
      super((Pointer) null);
      address = mat.getNativeObjAddr();
    }
  }
}
