// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorIdsTest {

  /**
   * All that any version has used. A line is added with an operator; none is changed or taken away,
   * since savepoints are out there that have it.
   */
  private static final List<String> EVER =
      List.of(
          "classify",
          "count",
          "count-joined",
          "count-rejections",
          "events",
          "join-labels",
          "label",
          "labels",
          "park",
          "parse",
          "parse-labels",
          "parse-retries",
          "references",
          "rejections",
          "report",
          "reports",
          "retries",
          "retry-source",
          "route",
          "watermarks");

  @Test
  void aUidOfAnyVersionIsTheSameForEverAndOfOneOperatorAlone() throws Exception {
    List<String> uids = new ArrayList<>();
    for (Field field : OperatorIds.class.getDeclaredFields()) {
      if (field.getType() == String.class) {
        uids.add((String) field.get(null));
      }
    }
    assertThat(uids).containsExactlyInAnyOrderElementsOf(EVER);
  }
}
