// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The root of the checkout that the tests run in. */
public final class RepositoryFolder {

  private RepositoryFolder() {}

  public static Path find() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("schemas"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("The tests must run inside a checkout");
    }
    return folder;
  }

  /** The version that its pom has. */
  public static String version() throws IOException {
    Matcher version =
        Pattern.compile("(?m)^  <version>(.+)</version>$")
            .matcher(Files.readString(find().resolve("pom.xml")));
    if (!version.find()) {
      throw new IllegalStateException("The pom.xml of the checkout has no version");
    }
    return version.group(1);
  }
}
