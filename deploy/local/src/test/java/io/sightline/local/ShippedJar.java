// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A jar of others in the distribution, and what it says of its licence.
 *
 * @param file its name
 * @param entries what is in it
 */
record ShippedJar(String file, Set<String> entries) {

  private static final Pattern LICENCE_TEXT =
      Pattern.compile("(META-INF/)?(LICEN[CS]E|NOTICE|COPYING)([.-][^/]*)?");
  private static final Pattern NATIVE_CODE = Pattern.compile(".*\\.(so|so\\..*|dll|dylib|jnilib)");

  static ShippedJar read(Path path) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile())) {
      return new ShippedJar(
          path.getFileName().toString(),
          zip.stream().map(ZipEntry::getName).collect(Collectors.toUnmodifiableSet()));
    }
  }

  boolean carriesItsLicence() {
    return entries.stream().anyMatch(entry -> LICENCE_TEXT.matcher(entry).matches());
  }

  /** Native code is mostly built with what others have written, under licences of its own. */
  boolean hasNativeCode() {
    return entries.stream().anyMatch(entry -> NATIVE_CODE.matcher(entry).matches());
  }

  /** The classes that a class path sees, those for later Java versions aside. */
  List<String> classes() {
    return entries.stream()
        .filter(entry -> entry.endsWith(".class") && !entry.startsWith("META-INF/"))
        .filter(entry -> !entry.equals("module-info.class"))
        .toList();
  }

  /** Whether it is the jar, of whatever platform, of a line of THIRD-PARTY.txt. */
  boolean is(ListedDependency dependency) {
    String name = dependency.artifactId() + "-" + dependency.version();
    return file.equals(name + ".jar") || file.matches(Pattern.quote(name + "-") + "linux-.*\\.jar");
  }

  /** A line of THIRD-PARTY.txt. */
  record ListedDependency(String artifactId, String version, String licences) {

    private static final Pattern LINE =
        Pattern.compile(" *(\\(.*\\)) [^()]+ \\([^:() ]+:([^:() ]+):([^:() ]+) - [^ ]*\\)");

    static List<ListedDependency> parse(List<String> lines) {
      return lines.stream()
          .filter(line -> line.strip().startsWith("("))
          .map(ListedDependency::parse)
          .toList();
    }

    private static ListedDependency parse(String line) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        throw new IllegalStateException("not as license-maven-plugin writes it: " + line);
      }
      return new ListedDependency(parts.group(2), parts.group(3), parts.group(1));
    }

    boolean isUnderApache2() {
      return licences.contains("(Apache-2.0)");
    }
  }
}
