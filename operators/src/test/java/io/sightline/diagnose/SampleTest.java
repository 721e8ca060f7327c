// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.dataset.LabelledImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SampleTest {

  @Test
  void everyBeginningHasAllClassesInEqualNumbers() {
    List<LabelledImage> sample = Sample.stratified(images(10, 30), 100, 1);
    assertThat(sample).hasSize(100).doesNotHaveDuplicates();
    for (int size = 10; size <= 100; size += 10) {
      long inEach = size / 10;
      assertThat(
              sample.subList(0, size).stream()
                  .collect(Collectors.groupingBy(LabelledImage::classId, Collectors.counting())))
          .hasSize(10)
          .allSatisfy((id, count) -> assertThat(count).isEqualTo(inEach));
    }
  }

  @Test
  void aSeedAlwaysDrawsTheSameImagesAndAnotherSeedOthers() {
    List<LabelledImage> images = images(7, 20);
    assertThat(Sample.stratified(images, 30, 5)).isEqualTo(Sample.stratified(images, 30, 5));
    assertThat(Sample.stratified(images, 30, 5)).isNotEqualTo(Sample.stratified(images, 30, 6));
  }

  @Test
  void aSmallDataSetIsTakenWhole() {
    List<LabelledImage> images = images(3, 4);
    assertThat(Sample.stratified(images, 500, 1)).containsExactlyInAnyOrderElementsOf(images);
  }

  private static List<LabelledImage> images(int classes, int each) {
    List<LabelledImage> images = new ArrayList<>();
    for (int id = 0; id < classes; id++) {
      for (int i = 0; i < each; i++) {
        String name = id + "/" + i + ".jpg";
        images.add(new LabelledImage(name, Path.of(name), id));
      }
    }
    return images;
  }
}
