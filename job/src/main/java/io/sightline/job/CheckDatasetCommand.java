// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.DecodeOptions;
import io.sightline.config.DecodeSettings;
import io.sightline.config.FetchOptions;
import io.sightline.dataset.DatasetCheck;
import io.sightline.dataset.DatasetReport;
import io.sightline.dataset.InvalidFolderException;
import io.sightline.decode.ImageIntegrity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code sightline check-dataset}: whether PaddleX can train with a data set. */
@Command(
    name = "check-dataset",
    description = {
      "Checks a PaddleX data set for image classification: a folder with images, label.txt (lines"
          + " of id and name), train.txt and val.txt (lines of path and id).",
      "Names all that breaks PaddleX's rules at once, and warns of what PaddleX does not look at:"
          + " ids twice or left out, labels that are no class's, images that can't be decoded, the"
          + " same image in two lists, classes with few images.",
      "Leaves check_dataset_result.json, check_dataset/histogram.png and labelled samples in"
          + " check_dataset/demo_img below --output."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The data set keeps the rules; there may be warnings.",
      "1:The data set breaks rules; all of them are on standard error.",
      "2:The command line is wrong. Nothing was read."
    })
final class CheckDatasetCommand implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "Folder of the data set, or one above it.")
  private Path dataset;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "output",
      description =
          "Where the files go; earlier ones are written over (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that decode images (default: the cores of this machine).")
  private @Nullable Integer workers;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  CheckDatasetCommand() {}

  @Override
  public Integer call() throws Exception {
    if (workers != null && workers < 1) {
      throw new ParameterException(
          spec.commandLine(), "--workers must be at least 1 (got %d)".formatted(workers));
    }
    DecodeSettings decode = DecodeSettings.upTo(DecodeOptions.MAX_PIXELS.defaultValue());
    DatasetCheckOutput files = new DatasetCheckOutput(output, decode);
    DatasetReport report;
    try {
      report =
          new DatasetCheck(
                  image -> ImageIntegrity.check(image, decode),
                  FetchOptions.MAX_BYTES.defaultValue().getBytes(),
                  workers == null ? Runtime.getRuntime().availableProcessors() : workers,
                  new Progress(spec.commandLine().getOut())::show)
              .run(dataset);
    } catch (InvalidFolderException e) {
      return failed(files, List.of(Objects.requireNonNull(e.getMessage())), List.of());
    }
    if (!report.passed()) {
      return failed(files, report.errors(), report.warnings());
    }
    files.write(report);
    printWarnings(report.warnings());
    PrintWriter out = spec.commandLine().getOut();
    out.printf("classes     %d%n", report.classes());
    for (DatasetReport.Split split : report.splits()) {
      out.printf("%-11s %d images%n", split.name(), split.images());
    }
    out.printf("written     %s%n", files.result());
    out.println("Check dataset passed !");
    out.flush();
    return ExitCode.OK;
  }

  private int failed(DatasetCheckOutput files, List<String> errors, List<String> warnings)
      throws Exception {
    files.writeFailed(errors, warnings);
    printWarnings(warnings);
    ProblemList.print(
        spec.commandLine().getErr(),
        "Check dataset failed. %s has the same problems.".formatted(files.result()),
        errors);
    return ExitCode.FAILED;
  }

  private void printWarnings(List<String> warnings) {
    if (!warnings.isEmpty()) {
      ProblemList.print(spec.commandLine().getErr(), "Warnings:", warnings);
    }
  }

  /** A line whenever the check tells how far it is. */
  private static final class Progress {

    private final PrintWriter out;
    private final long start = System.nanoTime();

    Progress(PrintWriter out) {
      this.out = out;
    }

    void show(int done, int of) {
      if (done > 0) {
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(Locale.ROOT, "%8d of %d images, %.1f images/s%n", done, of, done / seconds);
        out.flush();
      }
    }
  }
}
