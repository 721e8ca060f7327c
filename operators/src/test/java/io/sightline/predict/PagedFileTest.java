// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.decode.DecodedImage;
import io.sightline.reference.RejectedException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often a file of several images is opened. */
class PagedFileTest {

  private static final int COUNT = 4;

  private int opened;
  private int closed;

  @Test
  void aFileIsOpenUntilEachPageWasLoadedHoweverOftenTheFirstOnesAre() throws Exception {
    try (FrameSource file = PagedFile.open("a.pdf", FourPages::new)) {
      List<Frame> frames = Listed.frames(file);
      assertThat(frames).hasSize(COUNT);

      load(frames, 0, 0, 1, 1, 2, 2);
      assertThat(closed).isZero();
      load(frames, 3);
      assertThat(opened).isOne();
      assertThat(closed).isOne();

      load(frames, 3);
      assertThat(opened).isEqualTo(2);
      assertThat(closed).isEqualTo(2);
    }
  }

  private static void load(List<Frame> frames, int... pages) throws RejectedException {
    for (int page : pages) {
      try (DecodedImage image = Listed.load(frames.get(page))) {
        assertThat(image.width()).isEqualTo(page + 1);
      }
    }
  }

  private final class FourPages implements Pages {

    FourPages() {
      opened++;
    }

    @Override
    public int count() {
      return COUNT;
    }

    @Override
    public DecodedImage decode(int page) {
      return DecodedImage.ofBgr(new byte[3 * (page + 1)], page + 1, 1);
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
