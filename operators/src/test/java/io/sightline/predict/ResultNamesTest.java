// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ResultNamesTest {

  private final ResultNames names = new ResultNames();

  @Test
  void aNameIsTheLastPartOfThePathWithoutItsEnding() {
    assertThat(names.next("/data/cats/tabby.jpg", null)).isEqualTo("tabby");
    assertThat(names.next("shard.tar.gz", null)).isEqualTo("shard.tar");
    assertThat(names.next("data/.hidden", null)).isEqualTo(".hidden");
    assertThat(names.next("shard.tar!/dir/lynx.png", null)).isEqualTo("lynx");
    assertThat(names.next("https://example.org/a/b.jpg?width=3/4#top", null)).isEqualTo("b");
    assertThat(names.next("图片/猫.jpg", null)).isEqualTo("猫");
  }

  @Test
  void aPageIsPartOfTheName() {
    assertThat(names.next("report.pdf", 0)).isEqualTo("report_0");
    assertThat(names.next("report.pdf", 12)).isEqualTo("report_12");
  }

  @Test
  void noNameIsGivenTwice() {
    assertThat(names.next("a/cat.jpg", null)).isEqualTo("cat");
    assertThat(names.next("b/cat.png", null)).isEqualTo("cat-2");
    assertThat(names.next("cat-2.jpg", null)).isEqualTo("cat-2-2");
    assertThat(names.next("c/cat.jpg", null)).isEqualTo("cat-3");
    assertThat(names.next("x/cat_1.jpg", null)).isEqualTo("cat_1");
    assertThat(names.next("cat.pdf", 1)).isEqualTo("cat_1-2");
  }

  /** One after the other from 2 on would be 20 billion attempts. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyOfOneNameAreNumberedInTheirOrderPastNamesThatAreTaken() {
    assertThat(names.next("cat-3.jpg", null)).isEqualTo("cat-3");
    assertThat(names.next("cat.jpg", null)).isEqualTo("cat");
    assertThat(names.next("cat.jpg", null)).isEqualTo("cat-2");
    for (int i = 4; i <= 200_000; i++) {
      assertThat(names.next(i + "/cat.jpg", null)).isEqualTo("cat-" + i);
    }
    assertThat(names.next("cat-3.jpg", null)).isEqualTo("cat-3-2");
    assertThat(names.next("cat-200001.jpg", null)).isEqualTo("cat-200001");
    assertThat(names.next("cat.jpg", null)).isEqualTo("cat-200002");
  }

  @Test
  void whatHasNoNameIsAnImage() {
    assertThat(names.next(null, null)).isEqualTo("image");
    assertThat(names.next(null, null)).isEqualTo("image-2");
    assertThat(names.next("https://example.org/", null)).isEqualTo("image-3");
    assertThat(names.next("shard.zip!/..", null)).isEqualTo("image-4");
  }

  @Test
  void aLongNameIsCutToWhatFileSystemsTake() {
    String name = names.next("https://example.org/" + "猫".repeat(300) + ".jpg", null);

    assertThat(name).isEqualTo("猫".repeat(66));
  }

  @Test
  void theEndingHasItsDotAndItsCase() {
    assertThat(ResultNames.ending("a.JPEG")).isEqualTo(".JPEG");
    assertThat(ResultNames.ending("a")).isEmpty();
    assertThat(ResultNames.ending(".hidden")).isEmpty();
    assertThat(ResultNames.ending("a.")).isEmpty();
  }
}
