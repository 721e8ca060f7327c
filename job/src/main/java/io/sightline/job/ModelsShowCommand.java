// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import static java.util.Objects.requireNonNull;

import io.sightline.config.Problems;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.fetch.LocalFolder;
import io.sightline.model.Catalogue;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.model.PublishedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code sightline models show}: what a model makes of an image, tensor by tensor. */
@Command(
    name = "show",
    description = {
      "Shows what becomes of an image in a model, step by step: resize, crop, normalisation, input"
          + " and output tensor, labels. And what is published about a model of the catalogue.",
      "Options that change it (decode.*, model.*) are taken from --config and --set as the jobs take"
          + " them."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The model was shown.",
      "2:The command line, the configuration or the folder is wrong; every problem is on standard"
          + " error."
    })
final class ModelsShowCommand implements Callable<Integer> {

  private static final int FILE_DEPTH = 2;
  private static final int MAX_FILES = 20;

  @Mixin private ModelFlags flags;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat format;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields.
  ModelsShowCommand() {}

  private record ModelFile(String name, long bytes) {

    Map<String, Object> tree() {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("name", name);
      tree.put("bytes", bytes);
      return tree;
    }
  }

  private record Contents(@Nullable String form, List<ModelFile> files) {}

  @Override
  public Integer call() throws IOException {
    Problems problems = new Problems();
    ModelFlags.Inspected inspected = flags.read(problems);
    if (inspected.argument().published() == null) {
      inspected.faults().forEach(problems::add);
    }
    if (!problems.isEmpty()) {
      ProblemList.print(
          spec.commandLine().getErr(), "The model can't be shown.", problems.messages());
      return ExitCode.BAD_CONFIGURATION;
    }
    ModelDescriptor model = inspected.descriptor();
    PublishedModel published = published(inspected.argument(), model);
    ImageSteps steps = steps(inspected, published);
    Contents contents = model == null ? new Contents(null, List.of()) : contents(model);
    if (format == OutputFormat.JSON) {
      JsonOutput.print(spec.commandLine().getOut(), tree(model, published, steps, contents));
    } else {
      print(inspected, model, published, steps, contents);
    }
    return ExitCode.OK;
  }

  private static @Nullable PublishedModel published(
      ModelArgument argument, @Nullable ModelDescriptor model) {
    return model == null ? argument.published() : Catalogue.find(model.name());
  }

  private static ImageSteps steps(
      ModelFlags.Inspected inspected, @Nullable PublishedModel published) {
    ModelDescriptor model = inspected.descriptor();
    return model == null
        ? new ImageSteps(
            requireNonNull(published).preprocessing(),
            inspected.config().decode(),
            ElementType.FLOAT32)
        : new ImageSteps(
            model.preprocessing(), inspected.config().decode(), model.input().format().type());
  }

  private static Contents contents(ModelDescriptor model) throws IOException {
    List<ModelFile> files = new ArrayList<>();
    try (LocalFolder folder = LocalFolder.acquire(model.dir(), model.fingerprint())) {
      Path real = folder.path().toRealPath(); // Files.walk does not enter a link
      try (Stream<Path> paths = Files.walk(real, FILE_DEPTH)) {
        for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
          files.add(new ModelFile(real.relativize(path).toString(), Files.size(path)));
        }
      }
      return new Contents(ModelFolder.form(folder.path()), files);
    }
  }

  private void print(
      ModelFlags.Inspected inspected,
      @Nullable ModelDescriptor model,
      @Nullable PublishedModel published,
      ImageSteps steps,
      Contents contents) {
    PrintWriter out = spec.commandLine().getOut();
    ModelArgument argument = inspected.argument();
    if (argument.note() != null) {
      out.printf("%s.%n%n", argument.note());
    }
    List<Line> lines = new ArrayList<>(steps.lines());
    if (model == null) {
      lines.add(
          new Line(
              "input",
              "%1$d x %1$d, as the graph has it once it is converted"
                  .formatted(requireNonNull(published).inputSize())));
      Line.print(
          out,
          argument.text() + ", from the catalogue",
          absent(argument, requireNonNull(published), inspected.faults()));
      Line.print(out, "What becomes of an image", lines);
    } else {
      ModelText text = new ModelText(model);
      lines.addAll(text.tensors());
      Line.print(out, model.name(), head(model, contents.form()));
      Line.print(out, "What becomes of an image", lines);
      Line.print(out, "Files", fileLines(contents.files()));
      if (!model.warnings().isEmpty()) {
        ProblemList.print(out, "Warnings", model.warnings());
        out.println();
      }
    }
    if (published != null) {
      Line.print(out, "Published about " + published.name(), PublishedModelText.lines(published));
    }
    out.flush();
  }

  private static List<Line> head(ModelDescriptor model, @Nullable String form) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("folder", model.dir()));
    if (model.version() != null) {
      lines.add(new Line("version", model.version()));
    }
    if (form != null) {
      lines.add(new Line("form", form));
    }
    lines.add(new Line("graph", model.graphFile()));
    lines.add(new Line("fingerprint", model.fingerprint()));
    return lines;
  }

  private static List<Line> absent(
      ModelArgument argument, PublishedModel published, List<String> faults) {
    if (!faults.isEmpty()) {
      return faults.stream().map(fault -> new Line("can't be used", fault)).toList();
    }
    return List.of(
        new Line("folder", "none: there is no " + argument.searched()),
        new Line("", "download " + published.inferenceUrl() + " and unpack it, then"),
        new Line(
            "",
            "paddlex --paddle2onnx --paddle_model_dir %s_infer --onnx_model_dir %s"
                .formatted(published.name(), argument.searched())));
  }

  private static List<Line> fileLines(List<ModelFile> files) {
    List<Line> lines = new ArrayList<>();
    files.stream()
        .limit(MAX_FILES)
        .map(file -> new Line(file.name(), "%,d bytes".formatted(file.bytes())))
        .forEach(lines::add);
    if (files.size() > MAX_FILES) {
      lines.add(new Line("", "and %d more".formatted(files.size() - MAX_FILES)));
    }
    return lines;
  }

  private static Map<String, Object> tree(
      @Nullable ModelDescriptor model,
      @Nullable PublishedModel published,
      ImageSteps steps,
      Contents contents) {
    Map<String, Object> tree = new LinkedHashMap<>();
    if (model != null) {
      tree.putAll(new ModelText(model).tree());
      tree.put("form", contents.form());
      tree.put("files", contents.files().stream().map(ModelFile::tree).toList());
    } else {
      tree.put("name", requireNonNull(published).name());
    }
    tree.put("image", steps.tree());
    tree.put("published", published == null ? null : PublishedModelJson.of(published));
    return tree;
  }
}
