// SPDX-License-Identifier: Apache-2.0
package io.sightline;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of dependencies between the rooms of the library. No violation is frozen. */
class ArchitectureTest {

  /** In the order in which an image meets them: a room imports only from rooms before it. */
  private static final List<String> ROOMS =
      List.of(
          "config",
          "metrics",
          "reference",
          "dataset",
          "source",
          "fetch",
          "decode",
          "model",
          "batch",
          "classify",
          "predict",
          "sink",
          "evaluate",
          "diagnose");

  private static final String BASE = "io.sightline.";
  private static final String FLINK = "org.apache.flink..";
  private static final String OPENCV = "org.opencv..";
  private static final String BYTEDECO = "org.bytedeco..";
  private static final String ONNX_RUNTIME = "ai.onnxruntime..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.sightline");

  @Test
  void everyClassIsInARoomOfTheTable() {
    TreeSet<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(BASE + "schemas"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(packages).isNotEmpty().allSatisfy(name -> assertThat(ROOMS).contains(roomOf(name)));
  }

  @Test
  void aRoomImportsOnlyFromRoomsBeforeIt() {
    for (int i = 0; i < ROOMS.size(); i++) {
      List<String> after = new ArrayList<>();
      for (String room : ROOMS.subList(i + 1, ROOMS.size())) {
        after.add(packageOf(room));
      }
      if (!after.isEmpty()) {
        noClasses()
            .that()
            .resideInAPackage(packageOf(ROOMS.get(i)))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(after.toArray(String[]::new))
            .allowEmptyShould(true) // rooms that are not built yet
            .check(CLASSES);
      }
    }
  }

  @Test
  void nothingInTheLibraryDependsOnAJob() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.sightline.job..", "io.sightline.local..")
        .check(CLASSES);
  }

  @Test
  void configMetricsAndReferenceDependOnFlinksCoreAndSchemasAlone() {
    classes()
        .that()
        .resideInAnyPackage(packageOf("config"), packageOf("metrics"), packageOf("reference"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "org.slf4j..",
                    "org.apache.avro..",
                    "com.fasterxml.jackson..",
                    "org.yaml.snakeyaml..",
                    "io.sightline.schemas",
                    packageOf("config"),
                    packageOf("metrics"),
                    packageOf("reference"))
                .or(flinksCore()))
        .check(CLASSES);
  }

  @Test
  void decodeModelAndBatchKnowNoFlinkType() {
    noClasses()
        .that()
        .resideInAnyPackage(packageOf("decode"), packageOf("model"), packageOf("batch"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(FLINK)
        .check(CLASSES);
  }

  @Test
  void predictAndDiagnoseKnowNoFlinkTypeButTheOptionsOfConfig() {
    noClasses()
        .that()
        .resideInAnyPackage(packageOf("predict"), packageOf("diagnose"))
        .should()
        .dependOnClassesThat(
            resideInAPackage(FLINK)
                .and(DescribedPredicate.not(resideInAPackage("org.apache.flink.configuration..")))
                .as("are Flink's, but for its options"))
        .check(CLASSES);
  }

  @Test
  void batchIsPlainJava() {
    classes()
        .that()
        .resideInAPackage(packageOf("batch"))
        .should(
            onlyDependOnClassesThat(
                resideInAnyPackage("java..", "org.jspecify..", packageOf("batch"))))
        .check(CLASSES);
  }

  @Test
  void onlyDecodeKnowsOpenCv() {
    noClasses()
        .that(DescribedPredicate.not(resideInAnyPackage(packageOf("decode"), packageOf("predict"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(OPENCV, BYTEDECO)
        .check(CLASSES);
  }

  @Test
  void predictTakesAMatAndKnowsNothingElseOfOpenCv() {
    noClasses()
        .that()
        .resideInAPackage(packageOf("predict"))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(OPENCV, BYTEDECO)
                .and(DescribedPredicate.not(name("org.opencv.core.Mat")))
                .as("are OpenCV's, but for its Mat"))
        .check(CLASSES);
  }

  @Test
  void onlyPredictKnowsPdfsAndOnlyFetchArchives() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage(packageOf("predict"))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.pdfbox..")
        .check(CLASSES);
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage(packageOf("fetch"))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.commons.compress..")
        .check(CLASSES);
  }

  @Test
  void onlyClassifyKnowsOnnxRuntime() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage(packageOf("classify"))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ONNX_RUNTIME)
        .check(CLASSES);
  }

  @Test
  void onlyTheSettingsOfConfigReachDecodeModelAndBatch() {
    DescribedPredicate<JavaClass> flinkOptions =
        resideInAPackage(packageOf("config"))
            .and(
                DescribedPredicate.describe(
                    "take a Flink type in their place",
                    type ->
                        type.getDirectDependenciesFromSelf().stream()
                            .anyMatch(
                                dependency ->
                                    dependency
                                        .getTargetClass()
                                        .getPackageName()
                                        .startsWith("org.apache.flink"))));
    noClasses()
        .that()
        .resideInAnyPackage(packageOf("decode"), packageOf("model"), packageOf("batch"))
        .should()
        .dependOnClassesThat(flinkOptions)
        .check(CLASSES);
  }

  @Test
  void roomsHaveNoCycles() {
    slices().matching("io.sightline.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static String packageOf(String room) {
    return BASE + room + "..";
  }

  private static String roomOf(String packageName) {
    String rest = packageName.substring(Math.min(packageName.length(), BASE.length()));
    return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
  }

  /** Classes of flink-core and flink-core-api: no streams, no runtime, no connectors. */
  private static DescribedPredicate<JavaClass> flinksCore() {
    return resideInAPackage(FLINK)
        .and(
            DescribedPredicate.not(
                resideInAnyPackage(
                    "org.apache.flink.streaming..",
                    "org.apache.flink.runtime..",
                    "org.apache.flink.connector..")))
        .as("are in flink-core");
  }
}
