// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Predictions as PaddleX prints them: Python's {@code repr} of {@code {'res': result}}. */
final class ResultText {

  private ResultText() {}

  static String of(Prediction prediction) {
    StringBuilder out = new StringBuilder(512).append("{'res': {'input_path': ");
    appendNullable(out, prediction.inputPath());
    out.append(", 'page_index': ");
    Integer pageIndex = prediction.pageIndex();
    out.append(pageIndex == null ? "None" : pageIndex.toString());
    ImageRejection rejection = prediction.rejection().orElse(null);
    if (rejection == null) {
      out.append(", 'class_ids': ");
      NumpyText.appendInts(out, prediction.classIds());
      out.append(", 'scores': ");
      List<Float> scores = prediction.scores().stream().map(ScoreText::round).toList();
      NumpyText.appendFloats(out, scores);
      out.append(", 'label_names': ");
      PythonText.appendList(out, prediction.labelNames());
    } else {
      out.append(", 'rejection': {'stage': ");
      PythonText.append(out, rejection.stage().label());
      out.append(", 'reason': ");
      PythonText.append(out, rejection.reason().label());
      out.append(", 'detail': ");
      PythonText.append(out, rejection.detail());
      out.append('}');
    }
    return out.append("}}").toString();
  }

  private static void appendNullable(StringBuilder out, @Nullable String text) {
    if (text == null) {
      out.append("None");
    } else {
      PythonText.append(out, text);
    }
  }
}
