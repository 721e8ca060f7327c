// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.config.ConfigurationException;
import io.sightline.config.DecodeSettings.SmallImages;
import io.sightline.config.DeviceSettings;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredictSettingsTest {

  @Test
  void defaultsAreThoseOfTheJobsWithBatchesOfOneImage() {
    PredictSettings settings = PredictSettings.defaults();
    assertThat(settings.topK()).isEqualTo(5);
    assertThat(settings.batchSize()).isEqualTo(1);
    assertThat(settings.workers()).isZero();
    assertThat(settings.frames()).isEqualTo(Frames.FIRST);
    assertThat(settings.decode().smallImages()).isEqualTo(SmallImages.REJECT);
    assertThat(settings.device().provider()).isEqualTo(DeviceSettings.Provider.AUTO);
  }

  @Test
  void optionsOfAJobAreTaken() throws Exception {
    PredictSettings settings =
        PredictSettings.of(
            Configuration.fromMap(
                Map.of(
                    "source.topics", "passed over",
                    "classify.top-k", "3",
                    "classify.min-score", "0.25",
                    "classify.workers", "7",
                    "batch.max-size", "16",
                    "decode.small-images", "upscale",
                    "fetch.max-bytes", "1 kb",
                    "model.version", "v7",
                    "device.provider", "cpu")));
    assertThat(settings.topK()).isEqualTo(3);
    assertThat(settings.minScore()).isEqualTo(0.25f);
    assertThat(settings.workers()).isEqualTo(7);
    assertThat(settings.batchSize()).isEqualTo(16);
    assertThat(settings.decode().smallImages()).isEqualTo(SmallImages.UPSCALE);
    assertThat(settings.fetch().maxBytes()).isEqualTo(1024);
    assertThat(settings.model().version()).isEqualTo("v7");
    assertThat(settings.device().provider()).isEqualTo(DeviceSettings.Provider.CPU);
  }

  @Test
  void everythingThatIsWrongWithOptionsIsSaidAtOnce() {
    assertThatThrownBy(
            () ->
                PredictSettings.of(
                    Configuration.fromMap(
                        Map.of("classify.topk", "3", "batch.max-size", "0", "decode.exif", "x"))))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .hasSize(3)
                    .contains(
                        "batch.max-size must be at least 1 (got 0)",
                        "classify.topk is not a known option: did you mean classify.top-k?"));
  }

  @ParameterizedTest
  @CsvSource({
    "auto, AUTO, -1, auto",
    "cpu, CPU, -1, cpu",
    "gpu, CUDA, 0, gpu:0",
    "gpu:3, CUDA, 3, gpu:3"
  })
  void aDeviceIsNamedAsInPaddleX(
      String name, DeviceSettings.Provider provider, int index, String shown) {
    PredictSettings settings = PredictSettings.defaults().withDevice(name);
    assertThat(settings.device().provider()).isEqualTo(provider);
    assertThat(settings.device().index()).isEqualTo(index);
    assertThat(settings.deviceName()).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"npu:0", "gpu:", "gpu:0,1", "GPU:0", "xpu", "", "cuda"})
  void anyOtherDeviceIsRefusedByName(String name) {
    assertThatThrownBy(() -> PredictSettings.defaults().withDevice(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the device must be auto, cpu or gpu:N (got " + name + ")");
  }

  @Test
  void valuesThatCanNotBeAreRefused() {
    PredictSettings settings = PredictSettings.defaults();
    assertThatThrownBy(() -> settings.withTopK(0))
        .hasMessage("topK and batchSize must be at least 1, workers at least 0 (got 0, 1, 0)");
    assertThatThrownBy(() -> settings.withBatchSize(0)).hasMessageEndingWith("(got 5, 0, 0)");
    assertThatThrownBy(() -> settings.withWorkers(-1)).hasMessageEndingWith("(got 5, 1, -1)");
  }
}
