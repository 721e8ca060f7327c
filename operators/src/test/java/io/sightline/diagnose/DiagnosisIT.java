// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.classify.Classifier;
import io.sightline.config.DecodeSettings;
import io.sightline.config.DeviceSettings;
import io.sightline.config.ModelSettings;
import io.sightline.config.ModelSettings.ApplySoftmax;
import io.sightline.config.Problems;
import io.sightline.dataset.ImageFolder;
import io.sightline.dataset.LabelledImage;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.reference.ClassLabels;
import io.sightline.testing.SharedFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Diagnoses of a real model's folder, intact and with ten mistakes, on real images. */
class DiagnosisIT {

  /** Enough for these mistakes. {@code -Ddiagnosis.images=200} takes them all. */
  private static final int IMAGES = Integer.getInteger("diagnosis.images", 100);

  private static final DecodeSettings DECODE = DecodeSettings.upTo(100_000_000);
  private static final DeviceSettings CPU =
      new DeviceSettings(DeviceSettings.Provider.CPU, -1, DeviceSettings.OnUnavailable.FAIL, 1);

  @TempDir private static Path target;

  /** By graph and activation: folders that differ in their preprocessing or labels share it. */
  private static final Map<List<Object>, Trials> TRIALS = new HashMap<>();

  private static final List<Classifier> CLASSIFIERS = new ArrayList<>();

  @AfterAll
  static void close() throws InterruptedException {
    for (Trials trials : TRIALS.values()) {
      trials.close();
    }
    CLASSIFIERS.forEach(Classifier::close);
  }

  @Test
  void theIntactFolderIsBlamedForNothing() throws Exception {
    Diagnosis diagnosis = diagnose(SharedFolder.resolve("models/squeezenet1_1"), ApplySoftmax.AUTO);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.notes()).isEmpty();
    assertThat((double) diagnosis.top1() / diagnosis.images()).isBetween(0.6, 0.8);
  }

  @Test
  void atLeastEightOfTenMistakesAreTheFirstFinding() throws Exception {
    Path model = SharedFolder.resolve("models/squeezenet1_1");
    SabotagedFolders folders = new SabotagedFolders(model, target);
    int classes = 1000;
    Map<Path, Cause> causes = new LinkedHashMap<>();
    causes.put(
        folders.yaml("scale-1", yaml -> yaml.replaceFirst("scale: 0\\.0039\\d*", "scale: 1.0")),
        Cause.NORMALIZATION);
    causes.put(
        folders.yaml("not-normalized", yaml -> values(values(yaml, "mean", "0.0"), "std", "1.0")),
        Cause.NORMALIZATION);
    causes.put(
        folders.yaml("std-forgotten", yaml -> values(yaml, "std", "1.0")), Cause.NORMALIZATION);
    causes.put(
        folders.yaml("short-side-512", yaml -> yaml.replace("short: 256", "short: 512")),
        Cause.RESIZE);
    causes.put(folders.labels("names-shifted", SabotagedFolders::rotated), Cause.LABEL_NAMES);
    causes.put(folders.labels("names-sorted", SabotagedFolders::sorted), Cause.LABEL_NAMES);
    causes.put(folders.graph("bgr", SabotagedFolders::reverseChannels), Cause.CHANNEL_ORDER);
    causes.put(
        folders.graph("outputs-shifted", graph -> SabotagedFolders.shiftOutputs(graph, classes)),
        Cause.LABEL_ORDER);
    Map<String, List<Cause>> found = new LinkedHashMap<>();
    int named = 0;
    for (Map.Entry<Path, Cause> sabotage : causes.entrySet()) {
      named += isNamed(sabotage.getKey(), ApplySoftmax.AUTO, sabotage.getValue(), found) ? 1 : 0;
    }
    Path twice = folders.yaml("softmax-twice", yaml -> yaml.replace("topk: 5", "topk: 1"));
    named += isNamed(twice, ApplySoftmax.TRUE, Cause.SOFTMAX, found) ? 1 : 0;
    Path missing = folders.graph("softmax-missing", SabotagedFolders::removeSoftmax);
    named += isNamed(missing, ApplySoftmax.FALSE, Cause.SOFTMAX, found) ? 1 : 0;

    assertThat(found).hasSize(10);
    assertThat(named).as("the first finding of each: %s", found).isGreaterThanOrEqualTo(8);
  }

  /** Writes three equal values into a list of the NormalizeImage operation. */
  private static String values(String yaml, String key, String value) {
    return yaml.replaceFirst(
        "(?m)^      " + key + ":\\n(      - .*\\n){3}",
        "      %s: [%s, %s, %s]\n".formatted(key, value, value, value));
  }

  private static boolean isNamed(
      Path folder, ApplySoftmax softmax, Cause cause, Map<String, List<Cause>> found)
      throws Exception {
    List<Finding> findings = diagnose(folder, softmax).findings();
    List<Cause> first = findings.isEmpty() ? List.of() : findings.get(0).causes();
    found.put(String.valueOf(folder.getFileName()), first);
    return first.equals(List.of(cause));
  }

  private static Diagnosis diagnose(Path folder, ApplySoftmax softmax) throws Exception {
    ModelDescriptor model = read(folder, softmax);
    Path dataset = SharedFolder.resolve("images/imagenet-200");
    Path graph = folder.resolve(SabotagedFolders.GRAPH).toRealPath();
    List<Object> key = List.of(graph, model.output().activation());
    if (!TRIALS.containsKey(key)) {
      List<LabelledImage> images =
          ImageFolder.readSplit(dataset, "val", new ClassLabels(model.labels())).images();
      Classifier classifier = Classifier.open(model, folder, CPU, Set.of(), 0);
      CLASSIFIERS.add(classifier);
      TRIALS.put(
          key,
          new Trials(
              model,
              classifier,
              Sample.stratified(images, IMAGES, 1),
              DECODE,
              Runtime.getRuntime().availableProcessors()));
    }
    return Diagnostics.run(
        model,
        folder,
        DatasetNames.read(dataset),
        Objects.requireNonNull(TRIALS.get(key)),
        true,
        (step, done, of) -> {});
  }

  private static ModelDescriptor read(Path folder, ApplySoftmax softmax) throws Exception {
    ModelSettings defaults = ModelSettings.of(folder.toString());
    ModelSettings settings =
        new ModelSettings(
            defaults.dir(),
            defaults.name(),
            defaults.version(),
            defaults.repository(),
            defaults.preprocessing(),
            softmax,
            defaults.output(),
            defaults.labelMap(),
            defaults.locale());
    Problems problems = new Problems();
    ModelDescriptor model = ModelFolder.read(folder, settings, problems);
    problems.throwIfAny();
    return Objects.requireNonNull(model);
  }
}
