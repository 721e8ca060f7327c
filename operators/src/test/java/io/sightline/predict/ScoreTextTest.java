// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTextTest {

  // Made with numpy 2.4: str(float(str(np.around(np.float32(x), 5)))).
  @ParameterizedTest
  @CsvSource({
    "0.627363, 0.62736",
    "0.03229987, 0.0323",
    "0.999996, 1.0",
    "0.000015, 2e-05",
    "0.000009999, 1e-05",
    "0.0000049, 0.0",
    "-0.0000049, -0.0",
    "0.5, 0.5",
    "0.0001, 0.0001",
    "12.345678, 12.34568",
    "-3.2, -3.2",
    "1234567.8, 1234567.8",
    "2.5e17, 2.5e+17"
  })
  void aScoreIsRoundedAndWrittenAsNumpyAndPythonDo(float score, String text) {
    assertThat(ScoreText.python(ScoreText.round(score))).isEqualTo(text);
  }

  @Test
  void whatIsWrittenIsTheSameFloatAgain() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        assertThat(Float.parseFloat(ScoreText.python(value))).isEqualTo(value);
      }
      float score = ScoreText.round(random.nextFloat());
      assertThat(ScoreText.shortest(score).scale()).isLessThanOrEqualTo(5);
      assertThat(Float.parseFloat(ScoreText.python(score))).isEqualTo(score);
    }
  }
}
