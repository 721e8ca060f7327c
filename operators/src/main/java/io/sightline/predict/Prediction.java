// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.classify.TopK;
import io.sightline.reference.RejectedException;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one image: its best classes, or why it has none. It keeps the way to the image,
 * not its pixels, and reads it once more where they are asked for. Thread-safe.
 *
 * <p>Results are saved under PaddleX's names: {@code <stem>_res.json}, {@code <stem>_res.<ext>},
 * and {@code <stem>_<page>_res.png} of a page. Where an earlier prediction of the same stream was
 * saved under the name already, the stem becomes {@code <stem>-2}, and so on; so the names are the
 * same each time if predictions are saved in the order in which they come. An image that came from
 * memory is called {@code image}.
 */
public final class Prediction {

  private final Frame frame;
  private final PredictionContext context;
  private final List<Integer> classIds;
  private final List<Float> scores;
  private final List<String> labelNames;
  private final @Nullable ImageRejection rejection;
  private @Nullable String resultName;

  private Prediction(
      Frame frame,
      PredictionContext context,
      TopK best,
      List<String> labelNames,
      @Nullable ImageRejection rejection) {
    this.frame = frame;
    this.context = context;
    this.classIds = List.copyOf(best.classIds());
    this.scores = List.copyOf(best.scores());
    this.labelNames = List.copyOf(labelNames);
    this.rejection = rejection;
  }

  static Prediction of(Frame frame, PredictionContext context, TopK best, List<String> labelNames) {
    return new Prediction(frame, context, best, labelNames, null);
  }

  static Prediction rejected(Frame frame, PredictionContext context, RejectedException why) {
    return new Prediction(
        frame, context, new TopK(List.of(), List.of()), List.of(), ImageRejection.of(why));
  }

  /** Where the image came from, as it was given; null where it came from memory. */
  public @Nullable String inputPath() {
    return frame.inputPath();
  }

  /** Page or frame of its file, from 0; null where the file is one image. */
  public @Nullable Integer pageIndex() {
    return frame.pageIndex();
  }

  /** Class ids, best first; none where the image was rejected. */
  public List<Integer> classIds() {
    return classIds;
  }

  /** Scores in the order of {@link #classIds}, in full precision. */
  public List<Float> scores() {
    return scores;
  }

  /** Label names in the order of {@link #classIds}. */
  public List<String> labelNames() {
    return labelNames;
  }

  /** Why there are no classes; empty where there are. */
  public Optional<ImageRejection> rejection() {
    return Optional.ofNullable(rejection);
  }

  /**
   * This as JSON in one line, with PaddleX's keys in its order: {@code input_path}, {@code
   * page_index}, {@code class_ids}, {@code scores} (rounded to 5 decimals), {@code label_names}.
   * Where the image was rejected, {@code rejection} with {@code stage}, {@code reason} and {@code
   * detail} stands in place of the last three.
   */
  public String json() {
    return ResultJson.line(this);
  }

  /** What PaddleX prints, {@code {'res': {'input_path': 'cat.jpg', ...}}}. */
  @Override
  public String toString() {
    return ResultText.of(this);
  }

  /** Prints {@link #toString} to standard output, as PaddleX prints a result. */
  @SuppressWarnings("SystemOut")
  public void print() {
    System.out.println(this);
  }

  /**
   * The image, turned as its EXIF orientation says, with its best class and score on a red box.
   *
   * @throws ImageRejectedException where it was rejected, or can no longer be read
   */
  public BufferedImage image() {
    return ResultFiles.image(this, frame, context);
  }

  /**
   * Writes the JSON object as PaddleX does, indented by 4, over a file that is there.
   *
   * @param fileOrFolder a file if its name ends with {@code .json}, else a folder, which is created
   * @return the file
   * @throws UncheckedIOException where it can't be written
   */
  public Path saveToJson(Path fileOrFolder) {
    return ResultFiles.saveJson(this, fileOrFolder);
  }

  /**
   * Writes {@link #image}, over a file that is there.
   *
   * @param fileOrFolder a file if its name ends as a picture's, else a folder, which is created; in
   *     a folder the picture has the format of the input where that can be written, else PNG
   * @return the file
   * @throws ImageRejectedException where the image was rejected, or can no longer be read
   * @throws IllegalArgumentException where pictures of that ending can't be written
   * @throws UncheckedIOException where it can't be written
   */
  public Path saveToImage(Path fileOrFolder) {
    return ResultFiles.saveImage(this, frame, context, fileOrFolder);
  }

  /**
   * Writes what the model sees: the resized and cropped pixels before they are normalised, bit by
   * bit, as a PNG. In a folder it is called {@code <stem>.png}.
   *
   * @param fileOrFolder a file if its name ends with {@code .png}, else a folder, which is created
   * @return the file
   * @throws ImageRejectedException where the image was rejected, or can no longer be read
   * @throws UncheckedIOException where it can't be written
   */
  public Path saveInput(Path fileOrFolder) {
    return ResultFiles.saveInput(this, frame, context, fileOrFolder);
  }

  /** The stem of its files, which no other prediction of the stream has. */
  synchronized String resultName() {
    String name = resultName;
    if (name == null) {
      name = context.names().next(inputPath(), pageIndex());
      resultName = name;
    }
    return name;
  }
}
