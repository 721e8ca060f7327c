// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.decode.Preprocessing.Resize;
import io.sightline.model.Catalogue;
import io.sightline.model.PublishedModel;
import java.util.ArrayList;
import java.util.List;

/** A model of the catalogue in lines for people. */
final class PublishedModelText {

  private PublishedModelText() {}

  static List<Line> lines(PublishedModel model) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("family", model.family() + (model.core() ? ", a core model" : "")));
    lines.add(new Line("", String.valueOf(Catalogue.families().get(model.family()))));
    lines.add(
        new Line(
            "top-1",
            "%s %% of the validation images of ImageNet-1k (%d classes)"
                .formatted(Line.decimal(2, 100 * model.top1()), model.classes())));
    PublishedModel.Times times = model.times();
    lines.add(new Line("GPU", time(times.gpu(), times.gpuFast())));
    lines.add(new Line("CPU", time(times.cpu(), times.cpuFast())));
    lines.add(new Line("size", Line.decimal(1, model.megabytes()) + " MB"));
    lines.add(new Line("top-k", "%d by default".formatted(model.topK())));
    Resize older = model.olderPreprocessing().resize();
    if (model.wasExportedOtherwise() && older != null) {
      lines.add(
          new Line(
              "older export",
              "short side to %d, %s of OpenCV, crop %d x %d: so older releases of PaddleX wrote it"
                  .formatted(
                      older.shortSide(),
                      PreprocessingJson.interpolation(older.interpolation()),
                      model.olderPreprocessing().width(),
                      model.olderPreprocessing().height())));
      lines.add(
          new Line(
              "", "for such a folder model.preprocessing: catalogue takes what was evaluated"));
    }
    lines.add(new Line("weights", model.inferenceUrl()));
    lines.add(new Line("to train on", model.trainingUrl()));
    return lines;
  }

  private static String time(double normal, double fast) {
    return "%s ms an image, %s ms in PaddleX's high-performance mode"
        .formatted(Line.decimal(2, normal), Line.decimal(2, fast));
  }
}
