// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import io.sightline.decode.ImageDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.opencv.core.Core;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.MatOfInt;
import org.opencv.core.Scalar;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

/** Encoded images for tests, made by OpenCV. */
public final class TestImages {

  static {
    ImageDecoder.loadNatives();
  }

  private TestImages() {}

  /** An image of one colour, in the format of the extension: {@code .png}. */
  public static byte[] solid(String extension, int width, int height, int r, int g, int b) {
    return encode(extension, new Mat(height, width, CvType.CV_8UC3, new Scalar(b, g, r)));
  }

  /** An image of structure and noise, drawn from a seed. */
  public static byte[] noise(String extension, int width, int height, long seed, int... flags) {
    return encode(extension, noise(width, height, CvType.CV_8UC3, seed), flags);
  }

  /** Structure and noise as pixels: of any number of channels, 8 or 16 bits. */
  public static Mat noise(int width, int height, int type, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int channels = CvType.channels(type);
    double range = CvType.depth(type) == CvType.CV_16U ? 65535 : 255;
    Mat coarse = new Mat(5, 7, CvType.makeType(CvType.CV_32F, channels));
    float[] values = new float[5 * 7 * channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() * range);
    }
    coarse.put(0, 0, values);
    Mat image = new Mat();
    Imgproc.resize(coarse, image, new Size(width, height), 0, 0, Imgproc.INTER_LINEAR);
    float[] row = new float[width * channels];
    for (int y = 0; y < height; y++) {
      image.get(y, 0, row);
      for (int i = 0; i < row.length; i++) {
        row[i] += (float) ((random.nextDouble() - 0.5) * range / 2);
      }
      image.put(y, 0, row);
    }
    Mat result = new Mat();
    image.convertTo(result, CvType.depth(type));
    return result;
  }

  public static byte[] encode(String extension, Mat image, int... flags) {
    MatOfByte bytes = new MatOfByte();
    if (!Imgcodecs.imencode(extension, image, bytes, new MatOfInt(flags))) {
      throw new IllegalStateException(extension);
    }
    return bytes.toArray();
  }

  /** A TIFF of several pages. */
  public static byte[] tiff(Mat... pages) {
    MatOfByte bytes = new MatOfByte();
    if (!Imgcodecs.imencodemulti(".tiff", List.of(pages), bytes)) {
      throw new IllegalStateException(".tiff");
    }
    return bytes.toArray();
  }

  /** What OpenCV makes of the bytes, in the order blue, green, red. */
  public static Mat decode(byte[] bytes) {
    return Imgcodecs.imdecode(new MatOfByte(bytes), Imgcodecs.IMREAD_COLOR);
  }

  /** The JPEG with an EXIF segment that holds an orientation, 1 to 8. */
  public static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(36).order(ByteOrder.BIG_ENDIAN);
    exif.putShort((short) 0xFFE1).putShort((short) 34);
    exif.put(new byte[] {'E', 'x', 'i', 'f', 0, 0});
    exif.put(new byte[] {'M', 'M', 0, 42}).putInt(8);
    exif.putShort((short) 1); // one entry: orientation, a short
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    exif.putShort((short) 0).putInt(0);
    return insertAfterStart(jpeg, exif.array());
  }

  /** The JPEG with other segments between its start and the rest. */
  public static byte[] insertAfterStart(byte[] jpeg, byte[] segments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, 2);
    bytes.writeBytes(segments);
    bytes.write(jpeg, 2, jpeg.length - 2);
    return bytes.toByteArray();
  }

  /** Largest difference between two images of one size and type. */
  public static double difference(Mat a, Mat b) {
    return Core.norm(a, b, Core.NORM_INF);
  }
}
