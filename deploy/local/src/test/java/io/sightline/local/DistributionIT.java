// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.PATH;

import io.sightline.local.ShippedJar.ListedDependency;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opencv.imgcodecs.Imgcodecs;

/** The distribution, unpacked elsewhere and run with nothing but a JDK. */
class DistributionIT {

  private static final long MAX_ARCHIVE_BYTES = 300_000_000;
  private static final long MAX_JOB_JAR_BYTES = 25_000_000;

  @TempDir static Path folder;
  private static UnpackedDistribution distribution;
  private static Path home;

  @BeforeAll
  static void unpackIntoAFolderWithASpaceInItsName() throws Exception {
    distribution = UnpackedDistribution.in(folder);
    home = distribution.home();
  }

  @Test
  void itHoldsWhatItPromisesAndNothingOfTheTests() throws IOException {
    assertThat(names(home))
        .containsExactlyInAnyOrder(
            "bin",
            "conf",
            "demo",
            "lib",
            "licenses",
            "schemas",
            "LICENSE",
            "NOTICE",
            "README.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "THIRD-PARTY.txt");
    assertThat(names(home.resolve("conf")))
        .contains(
            "classify.yaml", "evaluate.yaml", "OPTIONS.md", "COMING-FROM-PADDLEX.md", "MEMORY.md");
    assertThat(names(home.resolve("lib/native")))
        .anyMatch(name -> name.matches("onnxruntime-.*"))
        .anyMatch(name -> name.matches("opencv-.*-linux-x86_64\\.jar"));
    assertThat(names(home.resolve("lib/local")))
        .anyMatch(name -> name.matches("sightline-local-.*"))
        .noneMatch(name -> name.matches("(onnxruntime|opencv|openblas|javacpp|junit|assertj).*"))
        .noneMatch(name -> name.contains("-tests") || name.contains("djl"));
  }

  @Test
  void everyFileThatTheReadmeLinksToIsThere() throws IOException {
    List<String> links =
        Pattern.compile("\\]\\((?!https?:|#)([^)#]+)")
            .matcher(Files.readString(home.resolve("README.md")))
            .results()
            .map(link -> link.group(1))
            .toList();
    assertThat(links)
        .contains("schemas/src/main/avro/ClassificationEvent.avsc", "conf/OPTIONS.md")
        .allSatisfy(link -> assertThat(home.resolve(link)).exists());
  }

  @Test
  void itIsNoLargerThanPromised() throws IOException {
    assertThat(files("lib/job"))
        .singleElement(as(PATH))
        .satisfies(jar -> assertThat(Files.size(jar)).isLessThanOrEqualTo(MAX_JOB_JAR_BYTES));
    assertThat(Files.size(UnpackedDistribution.archive())).isLessThanOrEqualTo(MAX_ARCHIVE_BYTES);
  }

  @Test
  void everyJarOfOthersIsListedWithItsLicenceAndComesWithItsText() throws IOException {
    List<ListedDependency> listed =
        ListedDependency.parse(Files.readAllLines(home.resolve("THIRD-PARTY.txt")));
    List<String> missing = new ArrayList<>();
    for (ShippedJar jar : jarsOfOthers()) {
      Optional<ListedDependency> dependency = listed.stream().filter(jar::is).findFirst();
      if (dependency.isEmpty()) {
        missing.add(jar.file() + " is not in THIRD-PARTY.txt");
      } else if (!jar.carriesItsLicence()
          && !Files.isDirectory(texts(dependency.get()))
          && (!dependency.get().isUnderApache2() || jar.hasNativeCode())) {
        missing.add(
            "%s has no licence text, and licenses/ no folder %s (CONTRIBUTING says where it comes from)"
                .formatted(jar.file(), dependency.get().artifactId()));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(home.resolve("LICENSE")).content().contains("Apache License", "Version 2.0");
  }

  @Test
  void everyLicenceTextIsThatOfAJarAndNotEmpty() throws IOException {
    List<ListedDependency> listed =
        ListedDependency.parse(Files.readAllLines(home.resolve("THIRD-PARTY.txt")));
    for (Path folder : files("licenses")) {
      assertThat(listed)
          .extracting(ListedDependency::artifactId)
          .contains(folder.getFileName().toString());
      assertThat(files("licenses/" + folder.getFileName()))
          .isNotEmpty()
          .allSatisfy(text -> assertThat(text).isNotEmptyFile());
    }
  }

  @Test
  void theJarForAClusterCarriesTheTextsOfWhatItHolds() throws IOException {
    ShippedJar thin = ShippedJar.read(files("lib/job").get(0));
    List<ListedDependency> listed =
        ListedDependency.parse(Files.readAllLines(home.resolve("THIRD-PARTY.txt")));
    for (ShippedJar jar : jarsOfOthers()) {
      ListedDependency dependency = listed.stream().filter(jar::is).findFirst().orElseThrow();
      if (jar.classes().stream().anyMatch(thin.entries()::contains)
          && Files.isDirectory(texts(dependency))) {
        assertThat(thin.entries()).contains("META-INF/licenses/" + dependency.artifactId() + "/");
      }
    }
    assertThat(thin.entries())
        .contains("META-INF/NOTICE", "META-INF/licenses/protobuf-java/LICENSE");
  }

  @Test
  void noClassIsTwiceOnTheClassPath() throws IOException {
    Map<String, String> jarOf = new HashMap<>();
    List<String> doubles = new ArrayList<>();
    for (ShippedJar jar : jarsOfOthers()) {
      for (String name : jar.classes()) {
        String other = jarOf.put(name, jar.file());
        if (other != null) {
          doubles.add("%s is in %s and in %s".formatted(name, other, jar.file()));
        }
      }
    }
    assertThat(doubles).isEmpty();
  }

  @Test
  void aFolderThatTheClassPathWouldCutInTwoIsRefused() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("a:b/bin"));
    Files.createDirectories(folder.resolve("a:b/lib/local"));
    Path launcher = Files.copy(home.resolve("bin/sightline"), bin.resolve("sightline"));
    assertThat(distribution.end(launcher, 1, "--help"))
        .contains("there is a ':' in the path of " + bin.toRealPath())
        .hasLineCount(1);
  }

  @Test
  void everyCommandHasItsHelp() throws Exception {
    assertThat(distribution.end(0, "--help"))
        .contains("classify", "evaluate", "predict", "models", "check-dataset", "demo", "bench");
    List<String> commands =
        List.of(
            "classify",
            "evaluate",
            "predict",
            "check-dataset",
            "split-dataset",
            "models list",
            "models show",
            "models check",
            "models diagnose",
            "demo",
            "bench",
            "bench-evaluate");
    for (String command : commands) {
      String[] arguments = (command + " --help").split(" ");
      assertThat(distribution.end(0, arguments))
          .contains("Usage: sightline " + command, "Exit codes:");
    }
    assertThat(distribution.end(2, "clasify")).contains("clasify");
  }

  @Test
  void anImageWhoseNameIsNotAsciiIsPredictedWithoutALocale() throws Exception {
    Path demo = home.resolve("demo/fashion-mnist");
    Path photos = Files.createDirectory(folder.resolve("图片"));
    try (Stream<Path> images = Files.list(demo.resolve("images/images"))) {
      Files.copy(images.findFirst().orElseThrow(), photos.resolve("猫.png"));
    }
    String model = demo.resolve("model").toString();
    String input = photos.resolve("猫.png").toString();
    String to = photos.resolve("结果").toString();
    assertThat(
            distribution.end(0, "predict", "--model", model, "--input", input, "--save-json", to))
        .contains("{'res': {'input_path': '" + input + "'", "dtype=int32");
    assertThat(photos.resolve("结果/猫_res.json")).content().contains("猫.png");
  }

  @Test
  void whatOpenCvThinksOfAnImageIsNotPrintedBesideTheResult() throws Exception {
    byte[] tiff = TestImages.noise(".tiff", 64, 64, 1, Imgcodecs.IMWRITE_TIFF_COMPRESSION, 5);
    Arrays.fill(tiff, tiff.length / 2, tiff.length / 2 + 40, (byte) 0xff);
    Path broken = Files.write(folder.resolve("broken.tiff"), tiff);
    String model = home.resolve("demo/fashion-mnist/model").toString();
    assertThat(distribution.end(0, "predict", "--model", model, "--input", broken.toString()))
        .contains("{'res': {'input_path': '" + broken + "'")
        .hasLineCount(1);
  }

  @Test
  void theClassifyJobIsExplained() throws Exception {
    String model = home.resolve("demo/fashion-mnist/model").toString();
    String config = home.resolve("conf/classify.yaml").toString();
    assertThat(distribution.end(0, "classify", "--config", config, "--model", model, "--explain"))
        .contains("FashionCNN", "10 classes", "uid classify");
  }

  @Test
  void theDemoRuns() throws Exception {
    assertThat(distribution.end(0, "demo", "--limit", "30"))
        .contains("31 references: 30 classified, 1 rejected, 0 lost, 0 twice");
  }

  private static List<ShippedJar> jarsOfOthers() throws IOException {
    List<ShippedJar> jars = new ArrayList<>();
    for (String lib : List.of("lib/native", "lib/local")) {
      for (Path jar : files(lib)) {
        if (!jar.getFileName().toString().startsWith("sightline-")) {
          jars.add(ShippedJar.read(jar));
        }
      }
    }
    return jars;
  }

  private static Path texts(ListedDependency dependency) {
    return home.resolve("licenses").resolve(dependency.artifactId());
  }

  private static List<Path> files(String directory) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve(directory))) {
      return files.sorted().toList();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
