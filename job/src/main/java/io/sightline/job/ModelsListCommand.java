// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.model.Catalogue;
import io.sightline.model.PublishedModel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline models list}: the models whose names are known. */
@Command(
    name = "list",
    description =
        "Lists the image classification models of PaddleX 3 with what is published about them. Each"
            + " name is one for `models show` and for the option model.name.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:The models were listed.", "2:The command line is wrong."})
final class ModelsListCommand implements Callable<Integer> {

  private static final String ROW = "  %-1s %-42s %5s %7s %8s %8s %8s %8s %8s%n";

  @Option(
      names = "--family",
      paramLabel = "NAME",
      split = ",",
      description = "Only models of this family, PP-LCNet for instance. May be repeated.")
  private List<String> families = new ArrayList<>();

  @Option(names = "--core", description = "Only the models that PaddleX recommends first.")
  private boolean core;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ModelsListCommand() {}

  @Override
  public Integer call() {
    List<String> wanted = families.stream().map(this::family).toList();
    List<PublishedModel> models =
        Catalogue.all().stream()
            .filter(model -> wanted.isEmpty() || wanted.contains(model.family()))
            .filter(model -> !core || model.core())
            .toList();
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.JSON) {
      JsonOutput.print(out, models.stream().map(PublishedModelJson::of).toList());
    } else {
      print(models, out);
    }
    return ExitCode.OK;
  }

  private String family(String name) {
    return Catalogue.families().keySet().stream()
        .filter(name.strip()::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--family must be one of %s (got %s)"
                        .formatted(String.join(", ", Catalogue.families().keySet()), name)));
  }

  private static void print(List<PublishedModel> models, PrintWriter out) {
    if (models.isEmpty()) {
      out.println("None of these models is a core model.");
      out.flush();
      return;
    }
    out.printf(
        ROW, "", "MODEL", "INPUT", "TOP-1 %", "GPU ms", "(fast)", "CPU ms", "(fast)", "SIZE MB");
    String family = "";
    for (PublishedModel model : models) {
      if (!model.family().equals(family)) {
        family = model.family();
        out.printf("%n%s: %s%n", family, Catalogue.families().get(family));
      }
      PublishedModel.Times times = model.times();
      out.printf(
          ROW,
          model.core() ? "*" : "",
          model.name(),
          model.inputSize(),
          Line.decimal(2, 100 * model.top1()),
          Line.decimal(2, times.gpu()),
          Line.decimal(2, times.gpuFast()),
          Line.decimal(2, times.cpu()),
          Line.decimal(2, times.cpuFast()),
          Line.decimal(1, model.megabytes()));
    }
    out.printf(
        "%n%d models, %d of them core (*). Top-1 is that on the validation images of ImageNet-1k; a"
            + " time is that of one%nimage on PaddleX's own machines, (fast) in its high-performance"
            + " mode. `models show MODEL` tells more.%n",
        models.size(), models.stream().filter(PublishedModel::core).count());
    out.flush();
  }
}
