// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.testing.SharedFolder;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  @Test
  void aModelIsFoundByItsName() {
    assertThat(Catalogue.publishedTop1("PP-HGNetV2-B6", 1000)).isEqualTo(0.863);
    assertThat(Catalogue.publishedTop1("MobileNetV1_x0_25", 1000)).isEqualTo(0.514);
  }

  @Test
  void aModelForOtherClassesHasNoPublishedFigure() {
    assertThat(Catalogue.publishedTop1("PP-HGNetV2-B6", 10)).isNull();
  }

  @Test
  void ofAnUnknownModelNothingIsPublished() {
    assertThat(Catalogue.publishedTop1("SqueezeNet1_1", 1000)).isNull();
    assertThat(Catalogue.publishedTop1("pp-hgnetv2-b6", 1000)).isNull();
    assertThat(Catalogue.publishedTop1("model", 1000)).isNull();
  }

  @Test
  void everyModelOfPaddleXIsThereWithItsAccuracy() throws Exception {
    List<String> lines = Files.readAllLines(SharedFolder.resolve("data/paddlex-models.csv"));
    assertThat(lines).hasSize(81);
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      assertThat(Catalogue.publishedTop1(cells[0], 1000))
          .as(cells[0])
          .isEqualTo(Double.parseDouble(cells[3]) / 100);
    }
  }
}
