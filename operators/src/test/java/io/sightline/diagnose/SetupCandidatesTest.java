// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.decode.RowFormat.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetupCandidatesTest {

  private static final Setup IMAGENET =
      new Setup(
          new Preprocessing(
              Resize.toShortSide(256, Interpolation.LINEAR),
              Crop.of(224, 224),
              Channels.RGB,
              1 / 255.0,
              List.of(0.485, 0.456, 0.406),
              List.of(0.229, 0.224, 0.225)),
          true);

  @Test
  void everyUsualMistakeHasAChangeAndNoneComesTwice() {
    List<Change> changes = SetupCandidates.of(IMAGENET, ElementType.FLOAT32);
    assertThat(changes).map(Change::setup).doesNotHaveDuplicates().doesNotContain(IMAGENET);
    assertThat(changes)
        .flatMap(Change::causes)
        .contains(
            Cause.CHANNEL_ORDER,
            Cause.NORMALIZATION,
            Cause.RESIZE,
            Cause.INTERPOLATION,
            Cause.EXIF_ORIENTATION);
    assertThat(changes)
        .filteredOn(change -> change.causes().contains(Cause.RESIZE))
        .map(change -> Differences.of(IMAGENET, change.setup()).get(0))
        .containsExactly(
            "resize to a short side of 235 (is a short side of 256)",
            "resize to a short side of 224 (is a short side of 256)",
            "resize to 224 x 224 whatever the ratio (is a short side of 256)");
  }

  @Test
  void aGraphThatTakesPixelsIsNotNormalized() {
    Setup pixels = IMAGENET.normalizedBy(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    assertThat(SetupCandidates.of(pixels, ElementType.UINT8))
        .noneMatch(change -> change.causes().contains(Cause.NORMALIZATION));
  }

  @Test
  void aGrayImageHasOneMeanAndNoOrderOfChannels() {
    Preprocessing p = IMAGENET.preprocessing();
    Setup gray =
        new Setup(
            new Preprocessing(p.resize(), p.crop(), Channels.GRAY, 1, List.of(0.0), List.of(1.0)),
            true);
    assertThat(SetupCandidates.of(gray, ElementType.FLOAT32))
        .noneMatch(change -> change.causes().contains(Cause.CHANNEL_ORDER))
        .anySatisfy(
            change -> assertThat(change.setup().preprocessing().mean()).isEqualTo(List.of(0.5)));
  }

  @Test
  void aPairMakesBothChanges() {
    List<Change> changes = SetupCandidates.of(IMAGENET, ElementType.FLOAT32);
    Change scale = first(changes, Cause.NORMALIZATION);
    Change channels = first(changes, Cause.CHANNEL_ORDER);
    Change pair = scale.and(channels);
    assertThat(pair.causes()).containsExactly(Cause.NORMALIZATION, Cause.CHANNEL_ORDER);
    assertThat(pair.setup().preprocessing().scale()).isEqualTo(1);
    assertThat(pair.setup().preprocessing().channels()).isEqualTo(Channels.BGR);
  }

  private static Change first(List<Change> changes, Cause cause) {
    return changes.stream()
        .filter(change -> change.causes().contains(cause))
        .findFirst()
        .orElseThrow();
  }
}
