// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.config.DeviceSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.decode.Preprocessing;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.testing.OnnxGraphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Models of {@link OnnxGraphs}, written and read as a submission reads them. */
final class Models {

  static final DeviceSettings CPU =
      new DeviceSettings(DeviceSettings.Provider.CPU, -1, DeviceSettings.OnUnavailable.FAIL, 2);

  private Models() {}

  static ModelDescriptor write(Path folder, OnnxGraphs graph) throws IOException {
    graph.writeFolder(folder);
    Problems problems = new Problems();
    ModelDescriptor model =
        ModelFolder.read(folder, ModelSettings.of(folder.toString(), "m", "v1"), problems);
    if (model == null) {
      throw new IllegalStateException(problems.messages().toString());
    }
    return model;
  }

  /** The model with other labels than its folder has. */
  static ModelDescriptor with(ModelDescriptor model, List<String> labels) {
    return with(model, model.dir(), model.preprocessing(), labels);
  }

  /** The model with another preprocessing than its folder has. */
  static ModelDescriptor with(ModelDescriptor model, Preprocessing preprocessing) {
    return with(model, model.dir(), preprocessing, model.labels());
  }

  /** The model in another place. */
  static ModelDescriptor inFolder(ModelDescriptor model, String dir) {
    return with(model, dir, model.preprocessing(), model.labels());
  }

  private static ModelDescriptor with(
      ModelDescriptor model, String dir, Preprocessing preprocessing, List<String> labels) {
    return new ModelDescriptor(
        model.settings(),
        dir,
        model.graphFile(),
        model.name(),
        model.version(),
        model.fingerprint(),
        preprocessing,
        model.input(),
        model.output(),
        labels,
        labels,
        List.of());
  }
}
