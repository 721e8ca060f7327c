// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.DecodedImage;
import io.sightline.decode.LabelledPicture;
import io.sightline.decode.ModelView;
import io.sightline.reference.RejectedException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Pictures and files of predictions, named as PaddleX names them. */
final class ResultFiles {

  private static final String JSON = ".json";
  private static final String PNG = ".png";
  private static final String RESULT = "_res";

  private ResultFiles() {}

  static BufferedImage image(Prediction prediction, Frame frame, PredictionContext context) {
    return open(
        prediction, frame, context, image -> LabelledPicture.draw(image, label(prediction)));
  }

  static Path saveJson(Prediction prediction, Path fileOrFolder) {
    Path file =
        hasEnding(fileOrFolder, JSON)
            ? fileOrFolder
            : fileOrFolder.resolve(prediction.resultName() + RESULT + JSON);
    return write(file, ResultJson.indented(prediction).getBytes(StandardCharsets.UTF_8));
  }

  static Path saveImage(
      Prediction prediction, Frame frame, PredictionContext context, Path fileOrFolder) {
    Path file = pictureFile(prediction, fileOrFolder);
    String name = nameOf(file);
    return write(
        file,
        open(
            prediction,
            frame,
            context,
            image -> LabelledPicture.draw(image, label(prediction), name)));
  }

  static Path saveInput(
      Prediction prediction, Frame frame, PredictionContext context, Path fileOrFolder) {
    Path file =
        hasEnding(fileOrFolder, PNG)
            ? fileOrFolder
            : fileOrFolder.resolve(prediction.resultName() + PNG);
    return write(
        file,
        open(
            prediction,
            frame,
            context,
            image -> ModelView.png(image, context.preprocessing(), context.decode())));
  }

  /**
   * Says whether a path is a folder, or a picture that can be written.
   *
   * @throws IllegalArgumentException where it is neither
   */
  static void requireWritablePicture(Path fileOrFolder) {
    String name = nameOf(fileOrFolder);
    String type = URLConnection.guessContentTypeFromName(name);
    if (!LabelledPicture.canWrite(name) && type != null && type.startsWith("image/")) {
      throw new IllegalArgumentException(
          "a picture can be written as JPEG, PNG, WebP, BMP or TIFF (got " + fileOrFolder + ")");
    }
  }

  private static Path pictureFile(Prediction prediction, Path fileOrFolder) {
    if (LabelledPicture.canWrite(nameOf(fileOrFolder))) {
      return fileOrFolder;
    }
    requireWritablePicture(fileOrFolder);
    String input = prediction.inputPath();
    String ending = input == null ? "" : ResultNames.ending(ResultNames.fileName(input));
    return fileOrFolder.resolve(
        prediction.resultName() + RESULT + (LabelledPicture.canWrite(ending) ? ending : PNG));
  }

  /** The best class and its score by two decimals, rounded half to even as Python does. */
  static String label(Prediction prediction) {
    if (prediction.classIds().isEmpty()) {
      return "none";
    }
    float score = ScoreText.round(prediction.scores().get(0));
    return prediction.labelNames().get(0)
        + " "
        + new BigDecimal(score).setScale(2, RoundingMode.HALF_EVEN).toPlainString();
  }

  static boolean hasEnding(Path file, String ending) {
    return nameOf(file).toLowerCase(Locale.ROOT).endsWith(ending);
  }

  static String nameOf(Path file) {
    Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }

  private static Path write(Path file, byte[] bytes) {
    try {
      Path folder = file.getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
      Files.write(file, bytes);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes something of an image's pixels. */
  private interface Drawing<T> {
    T of(DecodedImage image) throws RejectedException;
  }

  /** Loads the image once more: its pixels were not kept. */
  private static <T> T open(
      Prediction prediction, Frame frame, PredictionContext context, Drawing<T> drawing) {
    throwIfRejected(prediction.inputPath(), prediction.rejection().orElse(null));
    try (Content.Loaded loaded = frame.content().load(new ReadBuffer())) {
      if (loaded instanceof Content.Decoded decoded) {
        return drawing.of(decoded.image());
      }
      Content.Encoded encoded = (Content.Encoded) loaded;
      int end = encoded.offset() + encoded.length();
      byte[] bytes = Arrays.copyOfRange(encoded.array(), encoded.offset(), end);
      try (DecodedImage image = DecodedImage.of(bytes, context.decode())) {
        return drawing.of(image);
      }
    } catch (RejectedException e) { // it was there before
      throw new ImageRejectedException(prediction.inputPath(), ImageRejection.of(e));
    }
  }

  private static void throwIfRejected(
      @Nullable String inputPath, @Nullable ImageRejection rejection) {
    if (rejection != null) {
      throw new ImageRejectedException(inputPath, rejection);
    }
  }
}
