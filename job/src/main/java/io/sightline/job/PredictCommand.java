// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.BatchOptions;
import io.sightline.config.ClassifyOptions;
import io.sightline.config.ConfigLoader;
import io.sightline.config.ConfigurationException;
import io.sightline.config.ModelOptions;
import io.sightline.config.PredictConfig;
import io.sightline.config.Problems;
import io.sightline.predict.Frames;
import io.sightline.predict.ImageClassifier;
import io.sightline.predict.Input;
import io.sightline.predict.PredictSettings;
import io.sightline.predict.PredictionSaver;
import io.sightline.predict.Sightline;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code sightline predict}: classifies images here and now, without a job. */
@Command(
    name = "predict",
    description = {
      "Classifies images here and now, without a job, and prints a result for each, as PaddleX"
          + " prints it, in the order of the inputs.",
      "A bad image is told on standard error, and the others are predicted. Saved files have"
          + " PaddleX's names; of two inputs with one stem, the later one is called <stem>-2.",
      "Options that change what becomes of an image (decode.*, fetch.*, model.*, device.*,"
          + " classify.top-k, classify.min-score) are taken from --config and --set as the jobs take"
          + " them."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Every image was predicted.",
      "1:An image was rejected, or could not be read once more to be saved; the others were"
          + " predicted and saved. Or a result could not be written: there it ended.",
      "2:The command line, the configuration or the model's folder is wrong; every problem is on"
          + " standard error. Nothing was predicted.",
      "130, 141:It was interrupted, or standard output was closed before the end."
    })
final class PredictCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Folder of the model; the same as --set model.dir=DIR. Without it the model's name is"
              + " looked up in model.repository.")
  private @Nullable String model;

  @Option(
      names = "--model-name",
      paramLabel = "NAME",
      description =
          "Name of the model; the same as --set model.name=NAME. A folder that holds another model of"
              + " PaddleX's is refused.")
  private @Nullable String modelName;

  @Option(
      names = "--input",
      paramLabel = "INPUT",
      required = true,
      arity = "1",
      description = {
        "An image, a folder of images, a list of them (.txt), a tar or zip archive, a PDF, a URL, or"
            + " - for standard input. May be repeated."
      })
  private List<String> inputs;

  @Option(
      names = "--topk",
      paramLabel = "K",
      description = "Classes of a result; the same as --set classify.top-k=K (default: 5).")
  private @Nullable String topK;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description =
          "Images that a worker runs at once; the same as --set batch.max-size=N (default: 1).")
  private @Nullable String batchSize;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Threads that decode images and run the model; the same as --set classify.workers=N"
              + " (default: the cores of this machine).")
  private @Nullable String workers;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "auto (a GPU where there is one), cpu, or gpu:N; without it device.* decide, by default"
              + " auto.")
  private @Nullable String device;

  @Option(
      names = "--frames",
      paramLabel = "WHICH",
      defaultValue = "first",
      description =
          "first or all images of a TIFF or GIF that has several (default: ${DEFAULT-VALUE}).")
  private Frames frames;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "text, as PaddleX prints results, or json, one object a line (default:"
              + " ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Option(
      names = "--save-json",
      paramLabel = "PATH",
      description =
          "Writes each result as <stem>_res.json into this folder, or into this file if its name"
              + " ends with .json.")
  private @Nullable Path saveJson;

  @Option(
      names = "--save-img",
      paramLabel = "PATH",
      description =
          "Writes each image with its best class on it as <stem>_res.<ext> into this folder, or"
              + " into this file if its name ends as a picture's.")
  private @Nullable Path saveImages;

  @Option(
      names = "--save-input",
      paramLabel = "DIR",
      description =
          "Writes what the model saw of each image, resized and cropped, as <stem>.png into this"
              + " folder.")
  private @Nullable Path saveInputs;

  @Mixin private ConfigFlags config;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  PredictCommand() {}

  @Override
  public Integer call() throws Exception {
    Problems problems = new Problems();
    PredictSettings settings = settings(problems);
    PredictionSaver saver = saver(settings, problems);
    if (settings == null || saver == null) {
      return wrong(problems.messages());
    }
    try (saver) {
      ImageClassifier classifier;
      try {
        classifier = Sightline.load(settings);
      } catch (ConfigurationException e) {
        return wrong(e.problems());
      }
      PredictionOutput output =
          new PredictionOutput(
              format, saver, spec.commandLine().getOut(), spec.commandLine().getErr());
      return Interruptible.run(classifier::close, () -> predict(classifier, output));
    }
  }

  private int predict(ImageClassifier classifier, PredictionOutput output) {
    try (classifier;
        var predictions = classifier.predictAll(inputs.stream().map(Input::of).toList())) {
      var iterator = predictions.iterator();
      while (!output.isClosed() && iterator.hasNext()) {
        output.add(iterator.next());
      }
      return output.finish();
    } catch (UncheckedIOException e) {
      tellUnsaved(e);
      return ExitCode.FAILED;
    }
  }

  private void tellUnsaved(RuntimeException why) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("A result can't be saved: " + why.getMessage());
    err.flush();
  }

  /** Null where there is a problem. */
  private @Nullable PredictSettings settings(Problems problems) {
    ConfigLoader loader = config.loader(problems);
    set(loader, ModelOptions.DIR.key(), model, "--model");
    set(loader, ModelOptions.NAME.key(), modelName, "--model-name");
    set(loader, ClassifyOptions.TOP_K.key(), topK, "--topk");
    set(loader, BatchOptions.MAX_SIZE.key(), batchSize, "--batch-size");
    set(loader, ClassifyOptions.WORKERS.key(), workers, "--workers");
    PredictConfig read = PredictConfig.read(loader.resolve(), problems);
    PredictSettings settings = null;
    if (problems.isEmpty()) {
      ModelReading.initializeFileSystems(read.flink());
      boolean savesPictures = saveImages != null || saveInputs != null;
      settings = PredictSettings.of(read).withFrames(frames).withKeepUnpacked(savesPictures);
    }
    return withDevice(settings == null ? PredictSettings.defaults() : settings, problems);
  }

  private @Nullable PredictSettings withDevice(PredictSettings settings, Problems problems) {
    try {
      PredictSettings chosen = device == null ? settings : settings.withDevice(device);
      return problems.isEmpty() ? chosen : null;
    } catch (IllegalArgumentException e) {
      problems.add("--device: " + e.getMessage());
      return null;
    }
  }

  private @Nullable PredictionSaver saver(@Nullable PredictSettings settings, Problems problems) {
    try {
      int threads =
          settings == null || settings.workers() == 0
              ? Runtime.getRuntime().availableProcessors()
              : settings.workers();
      return new PredictionSaver(saveJson, saveImages, saveInputs, threads, this::tellUnsaved);
    } catch (IllegalArgumentException e) {
      problems.add(Objects.requireNonNull(e.getMessage()));
      return null;
    }
  }

  private static void set(ConfigLoader loader, String key, @Nullable String value, String flag) {
    if (value != null) {
      loader.set(key, value, flag);
    }
  }

  private int wrong(List<String> messages) {
    ProblemList.print(spec.commandLine().getErr(), "Nothing can be predicted as it is.", messages);
    return ExitCode.BAD_CONFIGURATION;
  }
}
