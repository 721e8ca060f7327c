// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.ModelSettings;
import io.sightline.config.ModelSettings.PreprocessingSource;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Resize;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Holds a model's folder against PaddleX's catalogue: its name and its preprocessing. */
final class CatalogueChecks {

  private CatalogueChecks() {}

  /** Refuses, as PaddleX does, a folder that holds another model than the one that is named. */
  static void checkName(ModelSettings settings, FolderContents contents, Problems problems) {
    String named = settings.name();
    String held = contents.modelName();
    if (named != null && held != null && !named.equals(held) && Catalogue.find(named) != null) {
      problems.add(
          "holds the model %s, but model.name is %s, which is another of PaddleX's models: leave model.name out, or give a name of your own"
              .formatted(held, named));
    }
  }

  /** The catalogue's model of this folder; null where it is none. */
  static @Nullable PublishedModel published(FolderContents contents, String name) {
    String held = contents.modelName();
    PublishedModel byFolder = held == null ? null : Catalogue.find(held);
    return byFolder != null ? byFolder : Catalogue.find(name);
  }

  /**
   * The contents with the catalogue's preprocessing, where {@code model.preprocessing} wants it.
   */
  static FolderContents withPreprocessing(
      FolderContents contents, ModelSettings settings, String name, Problems problems) {
    if (settings.preprocessing() != PreprocessingSource.CATALOGUE) {
      return contents;
    }
    PublishedModel published = published(contents, name);
    if (published == null) {
      problems.add(
          "is the model %s, which is none of PaddleX's catalogue: model.preprocessing must be folder for it (got catalogue)"
              .formatted(name));
      return contents;
    }
    return contents.with(
        published.preprocessing(), "the catalogue's preprocessing of " + published.name());
  }

  /**
   * Warns where the folder's preprocessing is another than the one that the published accuracy was
   * measured with. A model with another number of classes was trained for something else.
   */
  static void warnOfDifferences(
      @Nullable PublishedModel published,
      Preprocessing preprocessing,
      int classes,
      List<String> warnings) {
    if (published == null || published.classes() != classes) {
      return;
    }
    List<String> differences = differences(preprocessing, published.preprocessing());
    if (!differences.isEmpty()) {
      warnings.add(
          "the folder's preprocessing is not the one that the published accuracy of %s was measured with (%s): model.preprocessing: catalogue takes that"
              .formatted(published.name(), String.join("; ", differences)));
    }
  }

  private static List<String> differences(Preprocessing folder, Preprocessing catalogue) {
    List<String> differences = new ArrayList<>();
    compare("resize", describe(folder.resize()), describe(catalogue.resize()), differences);
    compare("crop", describe(folder.crop()), describe(catalogue.crop()), differences);
    compare("channels", folder.channels(), catalogue.channels(), differences);
    compare("scale", folder.scale(), catalogue.scale(), differences);
    compare("mean", folder.mean(), catalogue.mean(), differences);
    compare("std", folder.std(), catalogue.std(), differences);
    return differences;
  }

  private static void compare(
      String what, Object folder, Object catalogue, List<String> differences) {
    if (!Objects.equals(folder, catalogue)) {
      differences.add("%s %s, not %s".formatted(what, folder, catalogue));
    }
  }

  private static String describe(@Nullable Resize resize) {
    if (resize == null) {
      return "none";
    }
    String size =
        resize.shortSide() > 0
            ? "to short side " + resize.shortSide()
            : "to " + new ImageSize(resize.width(), resize.height());
    String rounding =
        resize.shortSide() > 0 && resize.rounding() != Preprocessing.Rounding.HALF_EVEN
            ? " " + resize.rounding()
            : "";
    return size + rounding + " by " + resize.interpolation();
  }

  private static String describe(Crop crop) {
    return new ImageSize(crop.width(), crop.height())
        + (crop.origin() == Preprocessing.Origin.FLOOR ? "" : " " + crop.origin());
  }
}
