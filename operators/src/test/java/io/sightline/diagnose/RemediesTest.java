// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemediesTest {

  private static final Setup SETUP =
      new Setup(
          new Preprocessing(
              Resize.toShortSide(256, Interpolation.LINEAR),
              Crop.of(224, 224),
              Channels.RGB,
              1,
              List.of(0.0, 0.0, 0.0),
              List.of(1.0, 1.0, 1.0)),
          true);

  private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);

  @Test
  void eachFormNamesItsOwnKeys() {
    Setup other =
        SETUP
            .normalizedBy(0.5, HALVES, HALVES)
            .resizedTo(224)
            .interpolatedBy(Interpolation.PIL_BICUBIC);
    assertThat(Remedies.of(FolderKeys.PADDLEX, SETUP, other))
        .containsExactly(
            "inference.yml: NormalizeImage.scale: 0.5",
            "inference.yml: NormalizeImage.mean: [0.5, 0.5, 0.5]",
            "inference.yml: NormalizeImage.std: [0.5, 0.5, 0.5]",
            "inference.yml: ResizeImage.resize_short: 224 and CropImage.size: [224, 224]",
            "inference.yml: ResizeImage: {interpolation: BICUBIC, backend: pil}");
    assertThat(Remedies.of(FolderKeys.TRANSFORMERS, SETUP, other))
        .containsExactly(
            "preprocessor_config.json: rescale_factor: 0.5",
            "preprocessor_config.json: image_mean: [0.5, 0.5, 0.5]",
            "preprocessor_config.json: image_std: [0.5, 0.5, 0.5]",
            "preprocessor_config.json: size: {\"shortest_edge\": 224}, do_center_crop: true and crop_size: {\"height\": 224, \"width\": 224}",
            "preprocessor_config.json: resample: 3");
    assertThat(Remedies.of(FolderKeys.PLAIN, SETUP, other))
        .contains(
            "sightline.yml: preprocess.scale: 0.5",
            "sightline.yml: preprocess.resize.short-side: 224 and preprocess.crop: [224, 224]");
    assertThat(Remedies.of(FolderKeys.TIMM, SETUP, other))
        .contains(
            "config.json can't say it: write the whole preprocessing into sightline.yml, with preprocess.scale: 0.5",
            "config.json: pretrained_cfg.crop_pct: 1.000 and crop_mode: center",
            "config.json: pretrained_cfg.interpolation: bicubic");
  }

  @Test
  void whatAFormCannotSayGoesIntoThePlainOne() {
    Setup other = SETUP.withChannels(Channels.BGR, HALVES, HALVES);
    assertThat(Remedies.of(FolderKeys.TRANSFORMERS, SETUP, other).get(0))
        .isEqualTo(
            "preprocessor_config.json can't say it: write the whole preprocessing into sightline.yml, with preprocess.channels: bgr");
  }

  @Test
  void theExifOrientationIsAnOption() {
    assertThat(Remedies.of(FolderKeys.PADDLEX, SETUP, SETUP.withExifOrientation(false)))
        .containsExactly("set decode.exif-orientation: false");
    assertThat(Differences.of(SETUP, SETUP.withExifOrientation(false)))
        .containsExactly("EXIF orientation ignored (is applied)");
  }

  @Test
  void theFormOfAFolderIsThatOfItsFiles(@TempDir Path folder) throws Exception {
    Files.createFile(folder.resolve("config.json"));
    assertThat(FolderKeys.of(folder)).isEqualTo(FolderKeys.TIMM);
    Files.createFile(folder.resolve("preprocessor_config.json"));
    assertThat(FolderKeys.of(folder)).isEqualTo(FolderKeys.TRANSFORMERS);
    Files.createFile(folder.resolve("sightline.yml"));
    assertThat(FolderKeys.of(folder)).isEqualTo(FolderKeys.PLAIN);
  }
}
