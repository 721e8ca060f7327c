// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.ImageFormat;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Standard input: one image or PDF where it begins as such, else the lines of a list, whose
 * relative paths are relative to the working folder. It is read once, and never closed.
 */
final class StandardInput {

  private static final byte[] PDF = "%PDF-".getBytes(StandardCharsets.US_ASCII);

  private StandardInput() {}

  static FrameSource open(FrameSources sources, InputStream in, PredictSettings settings) {
    try {
      byte[] start = in.readNBytes(ImageFormat.SIGNATURE_BYTES);
      InputStream whole =
          new FilterInputStream(new SequenceInputStream(new ByteArrayInputStream(start), in)) {
            @Override
            public void close() {}
          };
      boolean pdf =
          start.length >= PDF.length && Arrays.equals(start, 0, PDF.length, PDF, 0, PDF.length);
      if (!pdf && ImageFormat.of(start, start.length) == null) {
        return sources.lines(FrameSources.STANDARD_INPUT, whole);
      }
      int maxBytes = settings.fetch().maxBytes();
      byte[] bytes = whole.readNBytes(maxBytes);
      if (whole.read() >= 0) {
        throw new RejectedException(
            Reason.TOO_LARGE, "more bytes than fetch.max-bytes (%d)".formatted(maxBytes));
      }
      return pdf
          ? PagedFile.open(
              FrameSources.STANDARD_INPUT, () -> PdfPages.open(bytes, settings.decode()))
          : sources.several(
              FrameSources.STANDARD_INPUT, buffer -> new Content.Encoded(bytes, 0, bytes.length));
    } catch (RejectedException e) {
      return FrameSources.rejected(FrameSources.STANDARD_INPUT, e);
    } catch (IOException e) {
      return FrameSources.rejected(
          FrameSources.STANDARD_INPUT,
          new RejectedException(
              Reason.IO_ERROR, "standard input can't be read: " + e.getMessage()));
    }
  }
}
