// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which class a label stands for, and what is refused. */
class ClassLabelsTest {

  private static final ClassLabels LABELS =
      new ClassLabels(List.of("tench, Tinca tinca", "crane", "7", "crane", "4"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0|0", "03|3", "' 1 '|1", "tench, Tinca tinca|0", "7|2", "4|4"})
  void aClassIdOrTheNameOfOneClassIsALabel(String label, int classId) throws Exception {
    assertThat(LABELS.classId(label)).isEqualTo(classId);
  }

  @ParameterizedTest
  @CsvSource({"5", "-1", "'+1'", "99999999999", "tench", "Crane", "''", "1.0"})
  void anythingElseIsUnknown(String label) {
    RejectedException refused =
        catchThrowableOfType(RejectedException.class, () -> LABELS.classId(label));

    assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_LABEL);
    assertThat(refused.detail()).contains('"' + label + '"').contains("0 to 4");
  }

  @Test
  void aNameOfTwoClassesIsAmbiguous() {
    RejectedException refused =
        catchThrowableOfType(RejectedException.class, () -> LABELS.classId("crane"));

    assertThat(refused.reason()).isEqualTo(Reason.AMBIGUOUS_LABEL);
    assertThat(refused.detail()).contains("[1, 3]");
  }

  @Test
  void aNumberThatIsTheIdOfOneClassAndTheNameOfAnotherIsAmbiguous() {
    ClassLabels digits = new ClassLabels(List.of("1", "0", "2"));

    assertThat(catchThrowableOfType(RejectedException.class, () -> digits.classId("1")).reason())
        .isEqualTo(Reason.AMBIGUOUS_LABEL);
  }

  @Test
  void idsAreNoNames() throws Exception {
    ClassLabels ids = ClassLabels.ids(List.of("1", "0", "7"));

    assertThat(ids.classId("1")).isEqualTo(1);
    assertThat(ids.names()).containsExactly("1", "0", "7");
    assertThat(catchThrowableOfType(RejectedException.class, () -> ids.classId("7")).reason())
        .isEqualTo(Reason.UNKNOWN_LABEL);
  }
}
