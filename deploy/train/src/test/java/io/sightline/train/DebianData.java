// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** The real data set, where Debian's package is installed; else the test is skipped. */
final class DebianData {

  private DebianData() {}

  static FashionMnist read() throws IOException {
    Path folder = Path.of(FashionMnist.DEBIAN_FOLDER);
    assumeTrue(
        FashionMnist.missingIn(folder).isEmpty(),
        () ->
            "Fashion-MNIST is not in %s: install it by `%s`"
                .formatted(folder, FashionMnist.DEBIAN_INSTALL));
    return FashionMnist.read(folder);
  }
}
