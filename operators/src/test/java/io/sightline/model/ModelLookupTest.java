// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.ModelSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelLookupTest {

  @Test
  void aFolderThatIsSetIsTheOnlyCandidate() {
    assertThat(ModelLookup.candidates(ModelSettings.of("/models/m", "ResNet50", null)))
        .containsExactly("/models/m");
  }

  @Test
  void aNameAloneIsLookedUpWherePaddlexKeepsItsModels() {
    String home = System.getProperty("user.home");
    assertThat(ModelLookup.candidates(ModelSettings.of(null, "ResNet50", null)))
        .startsWith(home + "/.paddlex/official_models/ResNet50")
        .contains(
            home + "/.paddlex/official_models/ResNet50_onnx",
            home + "/.paddlex/official_models/ResNet50_infer");
  }

  @Test
  void withoutANameItIsPaddlexDefault() {
    assertThat(ModelLookup.candidates(ModelSettings.of(null, null, null)).get(0))
        .endsWith("/official_models/PP-LCNet_x1_0");
  }

  @Test
  void theFolderWithAGraphComesBeforeTheOneWithPaddlesWeights() {
    List<String> candidates = List.of("m", "m_onnx", "m_infer");
    List<String> weights = List.of("inference.pdiparams", "inference.yml");
    List<String> graph = List.of("inference.onnx", "inference.yml");
    assertThat(ModelLookup.choose(candidates, Arrays.asList(weights, graph, null)))
        .isEqualTo("m_onnx");
    assertThat(ModelLookup.choose(candidates, Arrays.asList(null, null, weights)))
        .isEqualTo("m_infer");
    assertThat(ModelLookup.choose(candidates, Arrays.asList(List.of("onnx"), graph, null)))
        .isEqualTo("m");
    assertThat(ModelLookup.choose(candidates, new ArrayList<>(Arrays.asList(null, null, null))))
        .isNull();
  }

  @Test
  void aModelThatIsNotThereComesWithItsAddressAndTheCommandThatConvertsIt() {
    String home = System.getProperty("user.home");
    assertThat(ModelLookup.notFound(ModelSettings.of(null, "ResNet50", null)))
        .contains(
            "model.name (ResNet50)",
            home + "/.paddlex/official_models has no folder of this name",
            "/ResNet50_infer.tar",
            "`paddlex --paddle2onnx --paddle_model_dir ResNet50_infer --onnx_model_dir "
                + home
                + "/.paddlex/official_models/ResNet50`");
    assertThat(ModelLookup.notFound(ModelSettings.of(null, null, null)))
        .startsWith(
            "model.dir and model.name are not set, and of PaddleX's default, PP-LCNet_x1_0,");
  }

  @Test
  void aNameThatIsNotKnownComesWithTheNearest() {
    assertThat(ModelLookup.notFound(ModelSettings.of(null, "resnet_50", null)))
        .contains("is none of PaddleX's 80 models (did you mean ResNet50?)", "set model.dir");
    assertThat(ModelLookup.notFound(ModelSettings.of(null, "my-own-flowers-of-2026", null)))
        .doesNotContain("did you mean");
  }
}
