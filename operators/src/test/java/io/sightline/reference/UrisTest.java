// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrisTest {

  @ParameterizedTest
  @CsvSource({
    "https://host/a.jpg, https://host/a.jpg",
    "https://me:pass@host:443/a.jpg, https://host:443/a.jpg",
    "https://me:p@ss@host/a@b.jpg, https://host/a@b.jpg",
    "https://host/a.jpg?sig=abc&exp=1&flag, https://host/a.jpg?sig=***&exp=***&***",
    "https://host/a.jpg?next=https://x:y@z/, https://host/a.jpg?next=***",
    "https://host/a.jpg#access_token=1, https://host/a.jpg",
    "file:///folder/a.jpg, file:///folder/a.jpg",
    "not a uri, not a uri",
    "https://me:pass@, https://",
    "//me@host, //host"
  })
  void nothingSecretIsShown(String uri, String expected) {
    assertThat(Uris.masked(uri)).isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://me:pass@host/a.jpg?sig=abc, https://host/a.jpg?sig=abc",
    "https://host/a.jpg?mail=me@host, https://host/a.jpg?mail=me@host",
    "file:/folder/a@b.jpg, file:/folder/a@b.jpg"
  })
  void userInformationIsLeftOutAndNothingElse(String uri, String expected) {
    assertThat(Uris.withoutUserInfo(uri)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:/a.jpg", "file:///a.jpg", "file:////server/a.jpg", "s3://bucket/a"})
  void aUriThatNamesNoHostOrIsOfNoFilePasses(String uri) {
    assertThatCode(() -> Uris.check(uri)).doesNotThrowAnyException();
  }
}
