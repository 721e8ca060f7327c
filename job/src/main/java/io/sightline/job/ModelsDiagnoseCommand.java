// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.classify.Classifier;
import io.sightline.config.Problems;
import io.sightline.dataset.ImageFolder;
import io.sightline.dataset.InvalidFolderException;
import io.sightline.dataset.LabelledImage;
import io.sightline.decode.ImageDecoder;
import io.sightline.diagnose.DiagnoseSettings;
import io.sightline.diagnose.Diagnosis;
import io.sightline.diagnose.Diagnostics;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.reference.ClassLabels;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline models diagnose}: why the accuracy of a model is low. */
@Command(
    name = "diagnose",
    description = {
      "Says why the accuracy of a model is low. It runs the model on labelled images as configured,"
          + " then with the usual mistakes mended one by one and in pairs: order of the channels;"
          + " scale, mean and std; short side, crop or stretch; interpolation by OpenCV or Pillow;"
          + " EXIF orientation; classes shifted by one or in another order; names of the classes;"
          + " softmax missing or applied twice.",
      "A change counts if it mends more images than chance would have it: by McNemar's exact test,"
          + " corrected for all that was tried. With few images small mistakes don't show.",
      "Options that change how a model is run (decode.*, model.*, device.*) are taken from --config"
          + " and --set as the jobs take them."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The diagnosis was made, whether or not something was found.",
      "1:The model can't be run, or none of the images.",
      "2:The command line, the configuration, the model's folder or the data set is wrong; every"
          + " problem is on standard error. Nothing was run."
    })
final class ModelsDiagnoseCommand implements Callable<Integer> {

  @Mixin private ModelFlags flags;

  @Option(
      names = "--dataset",
      paramLabel = "DIR",
      required = true,
      description =
          "Labelled images: a PaddleX dataset folder, whose val.txt has lines of path and class id,"
              + " or a folder with a folder a class, named by label name or class id.")
  private Path dataset;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = "val",
      description =
          "Split of the data set: the list NAME.txt, or the folders below NAME (default:"
              + " ${DEFAULT-VALUE}).")
  private String split;

  @Option(
      names = "--max-images",
      paramLabel = "N",
      defaultValue = "500",
      description =
          "Images that are taken at most, as many of each class as there are"
              + " (default: ${DEFAULT-VALUE}).")
  private int maxImages;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides which images are taken (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that work at once (default: the cores of this machine).")
  private @Nullable Integer workers;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ModelsDiagnoseCommand() {}

  @Override
  public Integer call() throws Exception {
    int threads = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    if (threads < 1 || maxImages < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--max-images must be at least 1, and so must --workers (got %d and %d)"
              .formatted(maxImages, threads));
    }
    if (!split.matches("[A-Za-z0-9_-]+")) {
      throw new ParameterException(
          spec.commandLine(),
          "--split must be a name of letters, digits, - and _ (got " + split + ")");
    }
    Problems problems = new Problems();
    ModelFlags.Inspected inspected = flags.read(problems);
    inspected.faults().forEach(problems::add);
    ModelDescriptor model = inspected.descriptor();
    if (problems.isEmpty() && model == null) {
      problems.add(
          "there is no folder %s: `sightline models show %s` tells how to make it"
              .formatted(inspected.argument().searched(), inspected.argument().text()));
    }
    List<LabelledImage> images = model == null ? List.of() : images(model, problems);
    if (!problems.isEmpty() || model == null) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "The model can't be diagnosed. Nothing was run.",
          problems.messages());
      return ExitCode.BAD_CONFIGURATION;
    }
    DiagnoseSettings settings =
        new DiagnoseSettings(inspected.config().decode(), maxImages, seed, threads);
    try {
      print(diagnose(inspected, model, images, settings), model);
      return ExitCode.OK;
    } catch (IOException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(e.getMessage());
      err.flush();
      return ExitCode.FAILED;
    }
  }

  private Diagnosis diagnose(
      ModelFlags.Inspected inspected,
      ModelDescriptor model,
      List<LabelledImage> images,
      DiagnoseSettings settings)
      throws Exception {
    ImageDecoder.loadNatives();
    try (LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint())) {
      ModelFolder.verify(folder.path(), model);
      try (Classifier classifier =
          Classifier.open(model, folder.path(), inspected.config().device(), Set.of(), 0)) {
        return Diagnostics.run(
            model,
            folder.path(),
            classifier,
            dataset,
            images,
            settings,
            new ProgressLines(spec.commandLine().getErr())::update);
      }
    }
  }

  private List<LabelledImage> images(ModelDescriptor model, Problems problems) {
    try {
      return ImageFolder.readSplit(dataset, split, new ClassLabels(model.labels())).images();
    } catch (InvalidFolderException e) {
      problems.add("--dataset: " + e.getMessage());
    } catch (IOException e) {
      problems.add("--dataset: %s can't be read: %s".formatted(dataset, e));
    }
    return List.of();
  }

  private void print(Diagnosis diagnosis, ModelDescriptor model) {
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.JSON) {
      JsonOutput.print(out, DiagnosisJson.of(diagnosis, model));
    } else {
      DiagnosisText.print(diagnosis, model, out);
    }
  }
}
