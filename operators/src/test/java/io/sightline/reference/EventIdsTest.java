// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class EventIdsTest {

  @Test
  void theIdIsPinnedSinceConsumersDropDoublesByIt() {
    // printf '\0\0\0\4id-1\377\377\377\377f00d' | sha256sum
    assertThat(EventIds.eventId("id-1", null, "f00d"))
        .isEqualTo("3ea214d82238a004e687f7ba6184dab8c54e7aab33cf1ecde7adcc24590242a4");
    // printf '\0\0\0\4id-1\0\0\0\2f00d' | sha256sum
    assertThat(EventIds.eventId("id-1", 2, "f00d"))
        .isEqualTo("dea9f33f0725ce13ffb0e8589f798071e5ff59aab6d765fa3d4691f21c028539");
  }

  @Test
  void partsThatOnlyReadAlikeTogetherHaveDifferentIds() {
    assertThat(
            Set.of(
                EventIds.eventId("a", null, "bc"),
                EventIds.eventId("ab", null, "c"),
                EventIds.eventId("a", 0, "bc"),
                EventIds.eventId("a", 1, "bc")))
        .hasSize(4);
  }
}
