// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.fetch.Hosts.Admission;
import io.sightline.reference.Reason;
import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsTest {

  private final UnavailableException failure =
      new UnavailableException(Reason.IO_ERROR, "down", 1, null);

  private long now;
  private final Hosts hosts = new Hosts(List.of(), true, () -> now);

  @ParameterizedTest
  @CsvSource({
    "http://Example.ORG:8080/a/B.jpg?c=d, http://example.org:8080",
    "https://me:pw@example.org/a, https://example.org",
    "s3://my_bucket/key, s3://my_bucket",
    "file:///a/b, file://",
    "hdfs:/a, hdfs://"
  })
  void aHostIsSchemeAndAuthority(String uri, String host) {
    assertThat(Hosts.of(URI.create(uri))).isEqualTo(host);
  }

  @Test
  void beforeAnyHostHasDeliveredAllMayBeDown() {
    assertThat(hosts.mayBeDown("http://a")).isTrue();
    hosts.delivered("http://b");
    assertThat(hosts.mayBeDown("http://a")).isFalse();
    assertThat(hosts.mayBeDown("http://b")).isTrue();
  }

  @Test
  void aHostIsDownFromItsFailureToItsNextAnswer() {
    hosts.delivered("http://a");
    assertThat(hosts.outage("http://a")).isNull();
    hosts.failed("http://a", failure);
    assertThat(hosts.outage("http://a")).isSameAs(failure);
    hosts.answered("http://a");
    assertThat(hosts.outage("http://a")).isNull();
    hosts.failed("http://a", failure);
    hosts.delivered("http://a");
    assertThat(hosts.outage("http://a")).isNull();
  }

  @Test
  void aStrangersHostIsNeverDown() {
    hosts.delivered("http://a");
    hosts.failed("http://stranger", failure);
    assertThat(hosts.outage("http://stranger")).isNull();
  }

  @Test
  void theHostsThatWereUsedLastAreKept() {
    hosts.delivered("http://first");
    IntStream.range(0, Hosts.MAX_HOSTS - 1).forEach(i -> hosts.delivered("http://" + i));
    hosts.delivered("http://first");
    hosts.delivered("http://last");
    assertThat(hosts.known())
        .hasSize(Hosts.MAX_HOSTS)
        .contains("http://first", "http://last")
        .doesNotContain("http://0");
    hosts.failed("http://first", failure);
    IntStream.range(0, 5 * Hosts.MAX_HOSTS).forEach(i -> hosts.failed("http://x" + i, failure));
    assertThat(hosts.mayBeDown("http://first")).isTrue();
  }

  @Test
  void listsOfSeveralSlotsAreTakenTogether() {
    Hosts restored =
        new Hosts(List.of("http://a", "http://b", "http://a", "http://c"), false, () -> now);
    assertThat(restored.known()).containsExactlyInAnyOrder("http://a", "http://b", "http://c");
    assertThat(restored.mayBeDown("http://d")).isFalse();
  }

  @Test
  void aHostThatWasGivenUpIsAskedByOneProbeAtATime() {
    hosts.delivered("http://a");
    hosts.failed("http://a", failure);
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.OPEN);
    hosts.giveUp("http://a");
    now += Hosts.PROBE_PAUSE.toNanos();
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.PROBE);
    now += 10 * Hosts.PROBE_PAUSE.toNanos();
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.SPARED);
    assertThat(hosts.admit("http://b")).isEqualTo(Admission.OPEN);

    hosts.failed("http://a", failure);
    hosts.probed("http://a");
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.SPARED);
    now += Hosts.PROBE_PAUSE.toNanos();
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.PROBE);

    hosts.delivered("http://a");
    hosts.probed("http://a");
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.OPEN);
  }

  @Test
  void aHostThatWasGivenUpBeforeAnyDeliveredIsAskedLikeAnyStrangersOnceAnotherHas() {
    hosts.failed("http://a", failure);
    hosts.giveUp("http://a");
    now += Hosts.PROBE_PAUSE.toNanos();
    assertThat(hosts.isGivenUp("http://a")).isTrue();
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.PROBE);

    hosts.delivered("http://b");
    hosts.probed("http://a");
    assertThat(hosts.isGivenUp("http://a")).isFalse();
    assertThat(hosts.admit("http://a")).isEqualTo(Admission.OPEN);
  }

  @Test
  void whereNobodyAskedForItNoHostIsSpared() {
    Hosts patient = new Hosts(List.of("http://a"), false, () -> now);
    patient.failed("http://a", failure);
    patient.giveUp("http://a");
    assertThat(patient.admit("http://a")).isEqualTo(Admission.OPEN);
    assertThat(patient.isGivenUp("http://a")).isFalse();
  }
}
