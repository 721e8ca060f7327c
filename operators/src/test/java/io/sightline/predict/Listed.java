// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import io.sightline.reference.RejectedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a frame is: its name below a folder, its page, and its colour or its rejection. */
record Listed(@Nullable String name, @Nullable Integer page, String what) {

  static final String RED = "red";
  static final String GREEN = "green";
  static final String BLUE = "blue";
  static final String WHITE = "white";

  /** Lists a source, each frame loaded as soon as it is there. */
  static List<Listed> all(FrameSource source, Path folder) {
    List<Listed> listed = new ArrayList<>();
    for (Frame frame = source.next(); frame != null; frame = source.next()) {
      String name = frame.inputPath();
      String below = name == null ? null : name.replace(folder + "/", "");
      listed.add(new Listed(below, frame.pageIndex(), what(frame)));
    }
    return listed;
  }

  static List<Frame> frames(FrameSource source) {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = source.next(); frame != null; frame = source.next()) {
      frames.add(frame);
    }
    return frames;
  }

  /** The colour of a frame's pixels, or its rejection's reason. */
  static String what(Frame frame) {
    try (DecodedImage image = load(frame)) {
      byte[] bgr = Arrays.copyOf(image.bgr(), 3);
      return switch (4 * (bgr[2] & 1) + 2 * (bgr[1] & 1) + (bgr[0] & 1)) {
        case 4 -> RED;
        case 2 -> GREEN;
        case 1 -> BLUE;
        case 7 -> WHITE;
        default -> Arrays.toString(bgr);
      };
    } catch (RejectedException e) {
      return e.reason().label();
    }
  }

  static DecodedImage load(Frame frame) throws RejectedException {
    Content.Loaded loaded = frame.content().load(new ReadBuffer());
    if (loaded instanceof Content.Decoded decoded) {
      return decoded.image();
    }
    Content.Encoded encoded = (Content.Encoded) loaded;
    return DecodedImage.of(
        Arrays.copyOfRange(encoded.array(), encoded.offset(), encoded.offset() + encoded.length()),
        PredictSettings.defaults().decode());
  }
}
