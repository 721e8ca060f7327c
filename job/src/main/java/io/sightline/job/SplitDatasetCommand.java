// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.dataset.DatasetSplitter;
import io.sightline.dataset.InvalidFolderException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code sightline split-dataset}: other train and val lists for a data set. */
@Command(
    name = "split-dataset",
    description = {
      "Divides the lines of train.txt and val.txt of a PaddleX data set anew between the two.",
      "Lists that are there are kept as train.txt.bak and val.txt.bak, unless there are such files"
          + " already: these have the first lists. test.txt stays as it is."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The lists were written.",
      "1:The data set can't be divided so, or not be written; its lists are as before.",
      "2:The command line is wrong. Nothing was read."
    })
final class SplitDatasetCommand implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "Folder of the data set, or one above it.")
  private Path dataset;

  @Option(
      names = "--train-percent",
      paramLabel = "N",
      required = true,
      description = "Share of train.txt, above 0; with --val-percent it makes 100.")
  private int trainPercent;

  @Option(
      names = "--val-percent",
      paramLabel = "N",
      required = true,
      description = "Share of val.txt, above 0.")
  private int valPercent;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The same seed makes the same lists of the same lines (default: another each time, which"
              + " is printed).")
  private @Nullable Long seed;

  @Option(names = "--stratified", description = "Divides each class by these shares.")
  private boolean stratified;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  SplitDatasetCommand() {}

  @Override
  public Integer call() {
    long chosen = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
    DatasetSplitter splitter;
    try {
      splitter = new DatasetSplitter(trainPercent, valPercent, stratified, chosen);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), Objects.requireNonNull(e.getMessage()), e);
    }
    DatasetSplitter.Result result;
    try {
      result = splitter.run(dataset);
    } catch (InvalidFolderException e) {
      return failed(Objects.requireNonNull(e.getMessage()));
    } catch (IOException e) {
      return failed("%s: %s".formatted(dataset, e));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf("train.txt   %d images%n", result.train());
    out.printf("val.txt     %d images%n", result.val());
    out.printf("folder      %s%n", result.root());
    out.printf("seed        %d%n", chosen);
    out.println("Split dataset successfully !");
    out.flush();
    return ExitCode.OK;
  }

  private int failed(String problem) {
    ProblemList.print(
        spec.commandLine().getErr(),
        "Split dataset failed. Nothing was changed.",
        List.of(problem));
    return ExitCode.FAILED;
  }
}
