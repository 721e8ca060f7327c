// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.config.DecodeOptions;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Resize;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What to write, and where, for another setup than the configured one. */
final class Remedies {

  private final FolderKeys form;
  private final List<String> remedies = new ArrayList<>();

  private Remedies(FolderKeys form) {
    this.form = form;
  }

  /** A sentence for each difference. */
  static List<String> of(FolderKeys form, Setup configured, Setup other) {
    Remedies remedies = new Remedies(form);
    remedies.preprocessing(configured.preprocessing(), other.preprocessing());
    if (configured.exifOrientation() != other.exifOrientation()) {
      remedies.remedies.add(
          "set %s: %s".formatted(DecodeOptions.EXIF_ORIENTATION.key(), other.exifOrientation()));
    }
    return remedies.remedies;
  }

  static String labels(FolderKeys form) {
    return "%s: write the names into %s in the order of their class ids"
        .formatted(form.file(), form.labels());
  }

  private void preprocessing(Preprocessing is, Preprocessing would) {
    if (is.channels() != would.channels()) {
      add(form.channels(would.channels()), FolderKeys.PLAIN.channels(would.channels()));
    }
    if (is.scale() != would.scale()) {
      add(form.scale(would.scale()), FolderKeys.PLAIN.scale(would.scale()));
    }
    if (!is.mean().equals(would.mean())) {
      add(form.mean(would.mean()), null);
    }
    if (!is.std().equals(would.std())) {
      add(form.std(would.std()), null);
    }
    Resize resize = would.resize();
    if (resize == null) {
      return;
    }
    if (!Differences.sameSize(is.resize(), resize)) {
      add(form.size(would, resize), null);
    }
    Resize present = is.resize();
    if (present != null && present.interpolation() != resize.interpolation()) {
      add(
          form.interpolation(resize.interpolation()),
          FolderKeys.PLAIN.interpolation(resize.interpolation()));
    }
  }

  private void add(@Nullable String key, @Nullable String plain) {
    remedies.add(
        key == null
            ? "%s can't say it: write the whole preprocessing into %s, with %s"
                .formatted(form.file(), FolderKeys.PLAIN.file(), Objects.requireNonNull(plain))
            : "%s: %s".formatted(form.file(), key));
  }
}
