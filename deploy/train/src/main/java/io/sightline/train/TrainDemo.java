// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtException;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code train-demo}: trains the demo's model on Fashion-MNIST, writes it as a model
 * folder with sample images beside it, and proves that the folder answers as the training framework
 * does.
 */
@Command(
    name = "train-demo",
    description = {
      "Trains a small convolutional network on Fashion-MNIST, and writes DIR/model, a model folder"
          + " in PaddleX's form, and DIR/images, a data set folder with test images.",
      "The written model is then run as the classify job runs it: its probabilities must be the"
          + " training framework's, and its top-1 on all test images at least "
          + TrainDemo.REQUIRED_TOP1
          + "."
    },
    mixinStandardHelpOptions = true,
    version = "train-demo 0.1.0-SNAPSHOT",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The model was written and is as good as it must be.",
      "1:The training failed, or the model is not as good as it must be. Nothing was written.",
      "2:The command line is wrong, or the data set is not there. Nothing was started."
    })
final class TrainDemo implements Callable<Integer> {

  /** Least share of the test images that the model must classify rightly. */
  static final double REQUIRED_TOP1 = 0.91;

  /** Most by which a probability may differ from the training framework's. */
  static final double TOLERANCE = 1e-4;

  static final int COMPARED_IMAGES = 1_000;

  private static final int OK = 0;
  private static final int FAILED = 1;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = FashionMnist.DEBIAN_FOLDER,
      description =
          "Folder with the data set's four IDX files (default: ${DEFAULT-VALUE}, where Debian's"
              + " package dataset-fashion-mnist puts them).")
  private Path data;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write to; files of the same names are replaced.")
  private Path output;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "12",
      description = "How often all training images are shown (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description =
          "Seed of everything random; the same seed gives the same model on the same kind of"
              + " processor (default: ${DEFAULT-VALUE}).")
  private int seed;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  TrainDemo() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new TrainDemo()).execute(args));
  }

  @Override
  public Integer call() throws IOException, OrtException, RejectedException {
    if (epochs < 1) {
      throw new ParameterException(spec.commandLine(), "--epochs must be at least 1");
    }
    List<String> missing = FashionMnist.missingIn(data);
    if (!missing.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--data: %s lacks %s of Fashion-MNIST: install the data set by `%s`, or name its folder"
              .formatted(data, String.join(", ", missing), FashionMnist.DEBIAN_INSTALL));
    }
    long started = System.nanoTime();
    PrintWriter out = spec.commandLine().getOut();
    FashionMnist images = FashionMnist.read(data);
    say(
        out,
        "Fashion-MNIST: %d training images, %d test images"
            .formatted(images.training().size(), images.test().size()));

    int steps = epochs * Training.steps(images.training());
    try (Network network = Network.create(FashionMnist.LABELS.size(), seed, steps)) {
      train(network, images, out);
      ModelProto model = network.toOnnx();
      if (!isProven(network, model, images.test(), out)) {
        spec.commandLine()
            .getErr()
            .println("train-demo: the model is not as good as it must be; nothing was written");
        spec.commandLine().getErr().flush();
        return FAILED;
      }
      DemoFolder.writeModel(output.resolve("model"), model, FashionMnist.LABELS);
      DemoFolder.writeSamples(output.resolve("images"), images.test(), FashionMnist.LABELS);
    }
    say(out, "wrote %s in %.0f s".formatted(output, secondsSince(started)));
    return OK;
  }

  private void train(Network network, FashionMnist images, PrintWriter out) {
    Training training = new Training(network, images.training(), seed);
    for (int epoch = 1; epoch <= epochs; epoch++) {
      long started = System.nanoTime();
      double loss = training.epoch();
      double seconds = secondsSince(started);
      double top1 = Probabilities.top1(network.probabilities(images.test()), images.test());
      say(
          out,
          "epoch %d of %d: loss %.4f, top-1 on the test images %.4f, %.1f s"
              .formatted(epoch, epochs, loss, top1, seconds));
    }
  }

  /** Runs the model from a folder of its own, before it takes the place of another. */
  private static boolean isProven(
      Network network, ModelProto model, LabelledImages test, PrintWriter out)
      throws IOException, OrtException, RejectedException {
    Path folder = Files.createTempDirectory("sightline-train-demo-");
    try {
      DemoFolder.writeModel(folder, model, FashionMnist.LABELS);
      try (FolderClassifier classifier = FolderClassifier.open(folder)) {
        LabelledImages compared = test.first(COMPARED_IMAGES);
        double difference =
            Probabilities.largestDifference(
                network.probabilities(compared), classifier.scores(compared));
        double top1 = Probabilities.top1(classifier.scores(test), test);
        say(
            out,
            "ONNX Runtime against the training framework: probabilities of %d images differ by at most %.1e (may by %.1e)"
                .formatted(compared.size(), difference, TOLERANCE));
        say(
            out,
            "top-1 on all %d test images through ONNX Runtime: %.4f (must be at least %.2f)"
                .formatted(test.size(), top1, REQUIRED_TOP1));
        return difference <= TOLERANCE && top1 >= REQUIRED_TOP1;
      }
    } finally {
      Files.deleteIfExists(folder.resolve("inference.onnx"));
      Files.deleteIfExists(folder.resolve("inference.yml"));
      Files.deleteIfExists(folder);
    }
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
