// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
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
  void theNameThatWasMeantIsFoundInWhateverCase() {
    assertThat(Catalogue.nearest("pp-hgnetv2-b6")).isEqualTo("PP-HGNetV2-B6");
    assertThat(Catalogue.nearest("PP_LCNet_x1_0")).isEqualTo("PP-LCNet_x1_0");
    assertThat(Catalogue.nearest("Resnet-50")).isEqualTo("ResNet50");
    assertThat(Catalogue.nearest("VGG16")).isNull();
  }

  @Test
  void aCellIsFoundByItsColumn() {
    PublishedModel model = Catalogue.find("StarNet-S1");

    assertThat(model)
        .isEqualTo(
            new PublishedModel(
                "StarNet-S1",
                "StarNet",
                false,
                0.736,
                new PublishedModel.Times(6.33, 1.98, 7.56, 3.26),
                11.2,
                224,
                preprocessing(Resize.toShortSide(256, Interpolation.PIL_BICUBIC)),
                preprocessing(Resize.toShortSide(224, Interpolation.LINEAR)),
                1000,
                5,
                "https://paddle-model-ecology.bj.bcebos.com/paddlex/official_inference_model/"
                    + "paddle3.0rc0/StarNet-S1_infer.tar",
                "https://paddle-model-ecology.bj.bcebos.com/paddlex/official_pretrained_model/"
                    + "StarNet-S1_pretrained.pdparams"));
  }

  @Test
  void ofEightyModelsNineAreCoreAndSeventeenWereExportedOtherwiseBefore() {
    assertThat(Catalogue.all())
        .hasSize(80)
        .allSatisfy(model -> assertThat(Catalogue.find(model.name())).isSameAs(model));
    assertThat(Catalogue.all()).filteredOn(PublishedModel::core).hasSize(9);
    assertThat(Catalogue.all()).filteredOn(PublishedModel::wasExportedOtherwise).hasSize(17);
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

  @Test
  void everyFamilyIsDescribedByASentenceAndHasAModel() {
    assertThat(Catalogue.families().keySet())
        .containsExactlyElementsOf(
            Catalogue.all().stream().map(PublishedModel::family).distinct().toList());
    assertThat(Catalogue.families().values())
        .doesNotHaveDuplicates()
        .allSatisfy(sentence -> assertThat(sentence).endsWith(".").hasSizeBetween(40, 100));
  }

  private static Preprocessing preprocessing(Resize resize) {
    return new Preprocessing(
        resize,
        Crop.of(224, 224),
        Channels.RGB,
        1.0 / 255,
        List.of(0.485, 0.456, 0.406),
        List.of(0.229, 0.224, 0.225));
  }
}
