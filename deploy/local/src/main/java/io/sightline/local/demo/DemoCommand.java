// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import io.sightline.config.ConfigurationException;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.dataset.ImageFolder;
import io.sightline.dataset.InvalidFolderException;
import io.sightline.dataset.LabelledImage;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code sightline demo}: the classify job on real images, with a Kafka broker and a
 * Flink cluster of its own, in one process, on loopback.
 */
@Command(
    name = "demo",
    description = {
      "Shows the classify job at work: starts a Kafka broker and a Flink cluster in this process,"
          + " publishes references to sample images, prints each event as it arrives, and sums"
          + " up. One image is broken on purpose: its rejection is shown.",
      "Nothing is needed and nothing is left behind; only loopback is used."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Every image ended as one event or one rejection.",
      "1:The demo failed, or an image was lost or came twice.",
      "2:The command line, the model or the folder of images is wrong. Nothing was started.",
      "130:It was interrupted (by SIGTERM: 143); all was stopped and deleted."
    })
public final class DemoCommand implements Callable<Integer> {

  /** What a shell makes of SIGINT. */
  private static final int INTERRUPTED = 130;

  /** System property: the folder of the sample models and images; the launcher sets it. */
  private static final String SAMPLES = "sightline.demo";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of your own model, with --images (default: the sample model).")
  private @Nullable Path model;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Folder of your own images, with --model: a PaddleX dataset folder, whose labels are"
              + " compared, or any folder (default: the sample images).")
  private @Nullable Path images;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "60",
      description = "References published a second (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Takes the first N images only (default: all).")
  private @Nullable Integer limit;

  @Option(
      names = "--keep",
      description = "Stays up after the summary, with broker and web interface, until Ctrl-C.")
  private boolean keep;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  public DemoCommand() {}

  @Override
  public Integer call() throws Exception {
    if (rate < 1 || rate > Publisher.MOST_PER_SECOND) {
      throw wrong(
          "--rate must be from 1 to %d, and is %d".formatted(Publisher.MOST_PER_SECOND, rate));
    }
    if (limit != null && limit < 1) {
      throw wrong("--limit must be at least 1, and is %d".formatted(limit));
    }
    if ((model == null) != (images == null)) {
      throw wrong("--model and --images are given together: your model for your images");
    }
    Path modelFolder = model != null ? model : sample("model");
    Path imageFolder = images != null ? images : sample("images");
    ModelDescriptor descriptor = read(modelFolder);
    List<LabelledImage> all = read(imageFolder, descriptor);
    List<LabelledImage> wanted = limit == null ? all : all.subList(0, Math.min(limit, all.size()));
    Configurator.setLevel("io.sightline", Level.WARN);
    // What they warn about at the end is that it is the end.
    Configurator.setLevel("org.apache.pekko", Level.ERROR);
    Configurator.setLevel("org.apache.flink.runtime.rpc", Level.ERROR);
    Configurator.setLevel(
        "org.apache.flink.runtime.checkpoint.CheckpointFailureManager", Level.ERROR);
    Screen screen = new Screen(spec.commandLine().getOut(), CommandLine.Help.Ansi.AUTO.enabled());
    Demo demo = new Demo(screen, modelFolder, descriptor, wanted, rate, keep);
    try {
      return CleanExit.run(demo::run) ? 0 : 1;
    } catch (InterruptedException e) {
      screen.endProgress();
      screen.line("Interrupted: all is stopped and deleted.");
      return INTERRUPTED;
    }
  }

  private Path sample(String folder) {
    String samples = System.getProperty(SAMPLES);
    if (samples == null) {
      throw wrong(
          "The sample images are found by deploy/bin/sightline only; give --model and --images");
    }
    return Path.of(samples, "fashion-mnist", folder);
  }

  private ModelDescriptor read(Path folder) {
    Problems problems = new Problems();
    ModelDescriptor descriptor =
        ModelFolder.read(folder, ModelSettings.of(folder.toString()), problems);
    try {
      problems.throwIfAny();
    } catch (ConfigurationException e) {
      throw wrong("--model: %s".formatted(e.getMessage()));
    }
    return Objects.requireNonNull(descriptor);
  }

  private List<LabelledImage> read(Path folder, ModelDescriptor descriptor) throws Exception {
    List<LabelledImage> all;
    try {
      all = ImageFolder.read(folder).images();
    } catch (InvalidFolderException e) {
      throw wrong("--images: %s".formatted(e.getMessage()));
    }
    int classes = descriptor.labels().size();
    for (LabelledImage image : all) {
      if (image.classId() != null && image.classId() >= classes) {
        throw wrong(
            "--images: %s has the label %d, and the model has %d classes"
                .formatted(image.name(), image.classId(), classes));
      }
    }
    return all;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
