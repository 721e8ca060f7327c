// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.nio.ByteBuffer;

/**
 * What a JPEG says before its first scan, and how many of its rows must be decoded where only the
 * upper ones are needed. Immutable. Source: ITU-T T.81, annexes A.2 (the order of blocks) and B
 * (markers and segments).
 *
 * @param frame where the segment of the frame header is, behind its marker
 */
record JpegFile(HeaderReader in, int frame, ImageHeader header) {

  private static final int START = 2;
  private static final int BASELINE = 0xC0;
  private static final int EXTENDED_SEQUENTIAL = 0xC1;
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int RESTART_INTERVAL = 0xDD;
  private static final int APP1 = 0xE1;
  private static final int APP2 = 0xE2;

  /** Bytes of the marker that ends an image. */
  private static final int END_BYTES = 2;

  /** Bytes of a frame header before its components. */
  private static final int FRAME_BYTES = 8;

  private static final int BLOCK_ROWS = 8;

  private static final int MAX_SCANS = 256;
  private static final int MAX_SCANS_OF_LARGEST = 32;

  private static final String EXIF = "Exif\0\0";
  private static final String MULTI_PICTURE = "MPF\0";

  /**
   * Follows the segments to the frame header.
   *
   * @throws RejectedException where there is none, or something else than a segment before it
   */
  static JpegFile read(HeaderReader in) throws RejectedException {
    int at = START;
    while (true) {
      at = nextMarker(in, at);
      int marker = in.u8(at++);
      if (marker == SCAN || marker == END) {
        throw malformed("no frame header before its scan");
      }
      int segment = segmentBytes(in, at);
      if (isFrame(marker)) {
        if (segment < FRAME_BYTES) {
          throw malformed("frame header of length %d at byte %d".formatted(segment, at));
        }
        in.require(at + FRAME_BYTES, "JPEG");
        ImageHeader header =
            ImageProbe.header(ImageFormat.JPEG, "JPEG", in.u16(at + 5), in.u16(at + 3));
        return new JpegFile(in, at, header);
      }
      at += segment;
    }
  }

  /** Where the second byte of the next marker is that has a segment, or ends the image. */
  private static int nextMarker(HeaderReader in, int from) throws RejectedException {
    int at = from;
    while (true) {
      in.require(at + 2, "JPEG");
      int marker = in.u8(at + 1);
      // A decoder skips what is no marker, and would find another frame header than this.
      if (in.u8(at) != 0xFF || marker == 0x00) {
        throw malformed("no marker at byte %d".formatted(at));
      }
      if (marker == 0xFF) { // fill byte
        at++;
      } else if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) { // stands alone
        at += 2;
      } else {
        return at + 1;
      }
    }
  }

  private static int segmentBytes(HeaderReader in, int at) throws RejectedException {
    in.require(at + 2, "JPEG");
    int segment = in.u16(at);
    if (segment < 2) {
      throw malformed("segment of length %d at byte %d".formatted(segment, at));
    }
    return segment;
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /**
   * Looks how often the file makes a decoder go over all of its blocks. A progressive JPEG has
   * about ten scans; one that changes nothing takes a hundred bytes, and as long as any other ("Two
   * Issues with the JPEG Standard and Their Effect on libjpeg-turbo", libjpeg-turbo.org, 2015).
   *
   * @param maxPixels for an image of which there are fewest scans; a smaller one may have more
   * @throws RejectedException where they are more than encoders make
   */
  void requireFewScans(long maxPixels) throws RejectedException {
    if (!hasSeveralScans()) {
      return;
    }
    long most = Math.min(MAX_SCANS, MAX_SCANS_OF_LARGEST * maxPixels / header.pixels());
    int scans = 0;
    for (int at = frame; at + 1 < in.length(); at++) {
      if (in.u8(at) == 0xFF && in.u8(at + 1) == SCAN && ++scans > most) {
        throw new RejectedException(
            Reason.CORRUPT_IMAGE,
            "the jpeg of %d x %d pixels has more than %d scans"
                .formatted(header.width(), header.height(), most));
      }
    }
  }

  /** Whether a decoder looks for more than one scan: else it stops at the end of the first. */
  private boolean hasSeveralScans() {
    int marker = in.u8(frame - 1);
    if (marker != BASELINE && marker != EXTENDED_SEQUENTIAL) {
      return true;
    }
    try {
      int at = frame + segmentBytes(in, frame);
      while (true) {
        at = nextMarker(in, at);
        int next = in.u8(at++);
        if (next == SCAN) {
          in.require(at + 3, "JPEG");
          return in.u8(at + 2) != components();
        }
        at += segmentBytes(in, at);
      }
    } catch (RejectedException e) { // for the decoder to say
      return true;
    }
  }

  /**
   * Whether a decoder that is told of fewer rows makes the same pixels of them and stops there.
   * That is so where all components come in one scan, from top to bottom. It is not made use of
   * where the scan has restart markers or other pictures come behind it: libjpeg passes them on its
   * way to the end, and complains of each file on standard error.
   *
   * @param turned whether the EXIF orientation is applied, which may bring other rows to the top
   */
  boolean canBeDecodedInPart(boolean turned) {
    return verticalFactor() > 0 && isOneScan(turned);
  }

  /**
   * Rows that are decoded, from the first on, for so many of them to be what they are in the whole
   * image; all of them at most. Blocks are decoded as a whole.
   *
   * @param needed at least 1
   */
  int rowsToDecode(int needed) {
    int factor = verticalFactor();
    int unit = BLOCK_ROWS * factor;
    // Where chroma has fewer rows, the last one is interpolated with the one below it.
    int below = factor > 1 ? 1 : 0;
    return Math.min(header.height(), (needed + below + unit - 1) / unit * unit);
  }

  /** Largest vertical sampling factor of the components, 1 to 4; 0 where the frame is not usual. */
  private int verticalFactor() {
    int marker = in.u8(frame - 1);
    int segment = in.u16(frame);
    if ((marker != BASELINE && marker != EXTENDED_SEQUENTIAL)
        || frame + segment > in.length()
        || segment != FRAME_BYTES + 3 * components()) {
      return 0;
    }
    int largest = 0;
    for (int i = 0; i < components(); i++) {
      int factor = in.u8(frame + FRAME_BYTES + 1 + 3 * i) & 0xF;
      if (factor < 1 || factor > 4) {
        return 0;
      }
      largest = Math.max(largest, factor);
    }
    return largest;
  }

  private int components() {
    return in.u8(frame + 7);
  }

  private boolean isOneScan(boolean turned) {
    if (in.u16(in.length() - END_BYTES) != (0xFF00 | END)) { // cut off, for the decoder to see
      return false;
    }
    try {
      int at = START;
      while (true) {
        at = nextMarker(in, at);
        int marker = in.u8(at++);
        int segment = segmentBytes(in, at);
        in.require(at + segment, "JPEG");
        if (marker == SCAN) {
          return segment > 2 && in.u8(at + 2) == components();
        }
        if (marker == END
            || (isFrame(marker) && at != frame)
            || (marker == RESTART_INTERVAL && (segment != 4 || in.u16(at + 2) != 0))
            || (marker == APP1 && turned && !isUpright(at + 2, segment - 2))
            || (marker == APP2 && in.startsWith(at + 2, MULTI_PICTURE))) {
          return false;
        }
        at += segment;
      }
    } catch (RejectedException e) { // for the decoder to say
      return false;
    }
  }

  private boolean isUpright(int at, int length) throws RejectedException {
    if (!in.startsWith(at, EXIF)) {
      return true;
    }
    int header = EXIF.length();
    return length >= header
        && Exif.isUpright(new HeaderReader(in.bytes(), in.offset() + at + header, length - header));
  }

  /**
   * Makes a copy of this file one that has fewer rows and no end, so that a decoder looks for none.
   *
   * @param copy of this file from byte 0 on; its limit becomes the size of the new file
   * @param rows by {@link #rowsToDecode}
   */
  void limitRows(ByteBuffer copy, int rows) {
    copy.put(frame + 3, (byte) (rows >> 8)).put(frame + 4, (byte) rows);
    copy.limit(in.length() - END_BYTES);
  }

  private static RejectedException malformed(String what) {
    return ImageProbe.malformed("JPEG", what);
  }
}
