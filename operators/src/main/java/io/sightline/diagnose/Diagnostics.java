// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.classify.Classifier;
import io.sightline.dataset.LabelledImage;
import io.sightline.model.ModelDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a model's accuracy is low: runs it on labelled images as configured, then with the
 * usual mistakes mended one by one and in pairs, and says which of them matter.
 *
 * <p>A change is a finding if it mends more images than it spoils by McNemar's exact test, at a
 * level of 5 % over everything that was tried, and by at least one image in a hundred. A pair must
 * be better than each of its two changes alone, too.
 */
public final class Diagnostics {

  private Diagnostics() {}

  /**
   * Makes a diagnosis.
   *
   * @param folder the model's folder on the local disk
   * @param classifier of the model; it stays the caller's
   * @param dataset the folder of the images
   * @param images with class ids
   * @throws IOException where no image can be classified as configured, or a file can't be read
   * @throws Exception where the session fails
   */
  public static Diagnosis run(
      ModelDescriptor model,
      Path folder,
      Classifier classifier,
      Path dataset,
      List<LabelledImage> images,
      DiagnoseSettings settings,
      DiagnoseProgress progress)
      throws Exception {
    List<LabelledImage> sample = Sample.stratified(images, settings.maxImages(), settings.seed());
    try (Trials trials =
        new Trials(model, classifier, sample, settings.decode(), settings.workers())) {
      return run(
          model,
          folder,
          DatasetNames.read(dataset),
          trials,
          settings.decode().exifOrientation(),
          progress);
    }
  }

  /** Makes a diagnosis of what the trials may have run already with another folder of the graph. */
  static Diagnosis run(
      ModelDescriptor model,
      Path folder,
      @Nullable DatasetNames names,
      Trials trials,
      boolean exifOrientation,
      DiagnoseProgress progress)
      throws Exception {
    Setup base = new Setup(model.preprocessing(), exifOrientation);
    List<LabelledImage> images = trials.images();
    trials.run(
        List.of(base),
        IntStream.range(0, images.size()).toArray(),
        (done, of) -> progress.update("as configured", done, of));
    List<ClassReading> readings = ClassReadings.candidates(model.labels(), names);
    Outcomes outcomes = new Outcomes(trials, base, readings);
    Map<Integer, String> rejections = new TreeMap<>(trials.rejections());
    int rejected = images.size() - outcomes.size();
    if (outcomes.size() == 0) {
      throw new IOException("no image can be classified; " + why(images, rejections));
    }
    List<String> notes = new ArrayList<>();
    if (rejected > 0) {
      notes.add(
          "%d of %d images can't be classified as configured and are left out; %s"
              .formatted(rejected, images.size(), why(images, rejections)));
    }
    Search.Result result =
        new Search(base, outcomes, trials, progress).run(readings, model.input().format().type());
    return new Verdict(model, folder, names, base, outcomes, result).diagnosis(rejected, notes);
  }

  private static String why(List<LabelledImage> images, Map<Integer, String> rejections) {
    return rejections.entrySet().stream()
        .findFirst()
        .map(first -> "%s: %s".formatted(images.get(first.getKey()).name(), first.getValue()))
        .orElse("its scores are not finite");
  }
}
