// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** All expected texts were made with Python 3.11. */
class PythonTextTest {

  @Test
  void textsAreInSingleQuotesUnlessTheyHaveThemAlone() {
    assertThat(repr("tabby, tabby cat")).isEqualTo("'tabby, tabby cat'");
    assertThat(repr("jack-o'-lantern")).isEqualTo("\"jack-o'-lantern\"");
    assertThat(repr("say \"hi\"")).isEqualTo("'say \"hi\"'");
    assertThat(repr("both ' and \"")).isEqualTo("'both \\' and \"'");
    assertThat(repr("")).isEqualTo("''");
  }

  @Test
  void whatCanBePrintedStaysAndTheRestIsEscaped() {
    assertThat(repr("北极熊, é, \uD83D\uDC31")).isEqualTo("'北极熊, é, \uD83D\uDC31'");
    assertThat(repr("C:\\a\nb\tc\rd")).isEqualTo("'C:\\\\a\\nb\\tc\\rd'");
    assertThat(repr("\u0000\u007f\u00a0\u00ad")).isEqualTo("'\\x00\\x7f\\xa0\\xad'");
    assertThat(repr("\u200b\u2028\ue000\u3000")).isEqualTo("'\\u200b\\u2028\\ue000\\u3000'");
    assertThat(repr("\uDB40\uDC01 \uD800")).isEqualTo("'\\U000e0001 \\ud800'");
  }

  @Test
  void aListIsInBrackets() {
    StringBuilder out = new StringBuilder();
    PythonText.appendList(out, List.of("a", "it's"));
    assertThat(out).hasToString("['a', \"it's\"]");
  }

  private static String repr(String text) {
    StringBuilder out = new StringBuilder();
    PythonText.append(out, text);
    return out.toString();
  }
}
