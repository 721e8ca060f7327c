// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.Problems;
import io.sightline.job.CheckList.Check;
import io.sightline.model.ModelDescriptor;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code sightline models check}: whether a model can be run, and answers well. */
@Command(
    name = "check",
    description = {
      "Loads a model on this machine, runs it on made images, one by one and in a batch, and looks at"
          + " its answers: are they finite, do the scores of an image sum to 1, are they the same in"
          + " every batch?",
      "Options that change it (decode.*, model.*, batch.max-size, device.*) are taken from --config"
          + " and --set as the jobs take them. How accurate it is, `sightline evaluate` measures."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The model can be run; there may be warnings.",
      "1:It can't be run, or its answers can't be right.",
      "2:The command line, the configuration or the folder is wrong; every problem is on standard"
          + " error. Nothing was run."
    })
final class ModelsCheckCommand implements Callable<Integer> {

  @Mixin private ModelFlags flags;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ModelsCheckCommand() {}

  @Override
  public Integer call() {
    Problems problems = new Problems();
    ModelFlags.Inspected inspected = flags.read(problems);
    inspected.faults().forEach(problems::add);
    ModelDescriptor model = inspected.descriptor();
    if (problems.isEmpty() && model == null) {
      problems.add(
          "there is no folder %s: `sightline models show %s` tells how to make it"
              .formatted(inspected.argument().searched(), inspected.argument().text()));
    }
    if (!problems.isEmpty() || model == null) {
      ProblemList.print(
          spec.commandLine().getErr(),
          "The model can't be checked. Nothing was run.",
          problems.messages());
      return ExitCode.BAD_CONFIGURATION;
    }
    List<Check> checks = new ArrayList<>();
    String note = inspected.argument().note();
    if (note != null) {
      checks.add(Check.ok("folder", note));
    }
    checks.add(
        Check.ok("model", "%s, fingerprint %s".formatted(model.name(), model.fingerprint())));
    model.warnings().forEach(warning -> checks.add(Check.warning("model", warning)));
    ModelTrial trial = null;
    try {
      trial = ModelTrial.run(model, inspected.config());
      checks.addAll(new TrialChecks(model, trial).run());
    } catch (Exception | LinkageError e) {
      checks.add(Check.failed("session", e.toString()));
    }
    PrintWriter out = spec.commandLine().getOut();
    boolean passed = CheckList.passed(checks);
    if (format == OutputFormat.JSON) {
      JsonOutput.print(out, tree(model, trial, checks, passed));
    } else {
      CheckList.print(out, checks);
      out.println(passed ? "The model can be run." : "The model can't be run as it is.");
      out.flush();
    }
    return passed ? ExitCode.OK : ExitCode.FAILED;
  }

  private static Map<String, Object> tree(
      ModelDescriptor model, @Nullable ModelTrial trial, List<Check> checks, boolean passed) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", model.name());
    tree.put("fingerprint", model.fingerprint());
    tree.put("passed", passed);
    tree.put("checks", checks.stream().map(Check::tree).toList());
    if (trial != null) {
      tree.put("provider", trial.provider());
      tree.put("batch", trial.batch());
      tree.put("library_seconds", trial.librarySeconds());
      tree.put("load_seconds", trial.loadSeconds());
      tree.put("alone_ms", trial.aloneMillis());
      tree.put("batch_ms", trial.batchMillis());
    }
    return tree;
  }
}
