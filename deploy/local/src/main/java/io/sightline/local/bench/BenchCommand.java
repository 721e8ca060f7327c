// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.config.ConfigurationException;
import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.local.EmbeddedBroker;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.predict.Input;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline bench}: the classify job against a bare loop, in one process. */
@Command(
    name = "bench",
    description = {
      "Measures, in one process and in turn: each stage alone, what a user would write first, the"
          + " bare loop of Sightline's own pieces, the Java API, and the whole classify job, Kafka to"
          + " Kafka, exactly once with checkpoints of 1 s.",
      "Figures are medians over the rounds; ratios are to the pace of the other at the time,"
          + " between its samples before and after. Use a quiet machine."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All was measured.",
      "1:A variant failed.",
      "2:The command line or the model is wrong. Nothing was started."
    })
public final class BenchCommand implements Callable<Integer> {

  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final String NAMES_LIST =
      "decode, preprocess, session, decode-preprocess, naive-decode-preprocess, naive-loop,"
          + " bare-loop, predict, bare-loop-files, predict-files, classify-job,"
          + " classify-job-slots, classify-job-one-partition, classify-job-exchange,"
          + " classify-job-http, latency";
  private static final List<String> NAMES = List.of(NAMES_LIST.split(", "));
  private static final List<Duration> LATENCY_INTERVALS =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(10));

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the model.")
  private Path model;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      required = true,
      description = "Folder of images; those below it are taken too.")
  private Path images;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Length of one measurement (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "9",
      description =
          "Rounds, each of which measures every variant once (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "300",
      description =
          "Seconds of warm-up of the loops, and of each job, at most; it ends before, once the JIT"
              + " compilers are quiet (default: ${DEFAULT-VALUE}).")
  private int warmUpSeconds;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "8",
      description = "Images in a batch (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,2",
      description = "Threads of loops and workers of the job (default: ${DEFAULT-VALUE}).")
  private List<Integer> threads = List.of();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description =
          "Variants to measure (default: all): "
              + NAMES_LIST
              + ". predict is the Java API's stream; it and bare-loop have the encoded images in"
              + " memory, predict-files and bare-loop-files read each from its file, and are"
              + " compared with each other. classify-job has one slot with all workers, as a"
              + " TaskManager has by default; classify-job-slots has a slot for each worker and a"
              + " partition for each slot, and classify-job-one-partition one partition for all"
              + " slots; classify-job-exchange has"
              + " an exchange between parse and classify; classify-job-http fetches from a loopback"
              + " server that answers after 20 ms; latency"
              + " is from published to read_committed, with checkpoints of 1 s and 10 s, at 20 images"
              + " a second, or at half of the job's pace where that is less.")
  private Set<String> only = Set.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the results as JSON too.")
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  private final Set<String> leftOut = new HashSet<>();

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  public BenchCommand() {}

  @Override
  public Integer call() throws Exception {
    if (seconds < 1 || rounds < 1 || batchSize < 1 || threads.stream().anyMatch(n -> n < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds, --rounds, --batch-size and --threads must be at least 1");
    }
    for (String name : only) {
      if (!NAMES.contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "--only: " + name + " is not a variant; they are " + NAMES_LIST);
      }
    }
    if (!Files.isDirectory(images)) {
      throw new ParameterException(spec.commandLine(), "--images: " + images + " is not a folder");
    }
    Problems problems = new Problems();
    ModelDescriptor descriptor =
        ModelFolder.read(model, ModelSettings.of(model.toString()), problems);
    try {
      problems.throwIfAny();
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.commandLine(), "--model: " + e.getMessage(), e);
    }
    leaveOut(Objects.requireNonNull(descriptor));
    bench(descriptor, spec.commandLine().getOut());
    return 0;
  }

  /** Leaves out what can't run the model, and refuses it where the user has named it. */
  private void leaveOut(ModelDescriptor descriptor) {
    for (String name : NaiveLoops.NAMES) {
      List<String> obstacles = NaiveLoops.obstacles(name, descriptor);
      if (obstacles.isEmpty()) {
        continue;
      }
      String why =
          "%s can't run %s, which has %s"
              .formatted(name, descriptor.name(), String.join(", ", obstacles));
      if (only.contains(name)) {
        throw new ParameterException(spec.commandLine(), "--only: " + why + ": leave it out");
      }
      leftOut.add(name);
      if (only.isEmpty()) {
        spec.commandLine().getOut().println(why + ": it is left out");
      }
    }
  }

  private void bench(ModelDescriptor descriptor, PrintWriter out) throws Exception {
    Images pictures = new Images(images.toAbsolutePath(), descriptor);
    int size = descriptor.input().fixedBatch() > 0 ? descriptor.input().fixedBatch() : batchSize;
    out.printf(
        "%s, batches of %d, %d images, %d rounds of %d s a variant%n",
        descriptor.name(), size, pictures.size(), rounds, seconds);
    out.flush();
    Report report = new Report();
    List<Variant> loops = new ArrayList<>();
    try (EmbeddedBroker broker = EmbeddedBroker.create();
        ImageServer server = new ImageServer(pictures)) {
      try {
        broker.awaitCoordinators();
        addLoops(loops, descriptor, pictures, size);
        measure(loops, report, out);
        for (JobVariant job : jobs(broker, server, descriptor, pictures, size)) {
          try (job) { // one at a time: each takes something of the processors while it rests
            List<Variant> both = new ArrayList<>();
            loops.stream()
                .filter(loop -> Report.isReferenceOf(loop, job))
                .forEach(loop -> both.add(new BesideJob(loop)));
            both.add(job);
            measure(both, report, out);
          }
        }
        if (isWanted("latency")) {
          int workers = Collections.max(threads);
          BenchJob.Setup setup =
              new BenchJob.Setup(
                  broker,
                  model,
                  descriptor,
                  pictures,
                  size,
                  1,
                  workers,
                  1,
                  pictures::uri,
                  Map.of());
          for (Duration interval : LATENCY_INTERVALS) {
            out.printf("latency, checkpoints of %d s%n", interval.toSeconds());
            out.flush();
            report.add(Latency.measure(setup, interval));
          }
        }
      } finally {
        for (Variant loop : loops) {
          loop.close();
        }
      }
    }
    out.println();
    report.print(out);
    if (json != null) {
      report.writeJson(json, setting(descriptor, pictures, size));
    }
  }

  /** Measures variants in turn, round by round. */
  private void measure(List<Variant> variants, Report report, PrintWriter out) throws Exception {
    if (variants.isEmpty()) {
      return;
    }
    warmUp(variants, out);
    for (int round = 1; round <= rounds; round++) {
      for (Variant variant : variants) {
        measure(variant, "round %d of %d".formatted(round, rounds), report, out);
      }
    }
    for (Variant variant : variants.subList(0, Math.max(0, variants.size() - 1))) {
      if (Report.isReference(variant)) { // those of the last round have one after them, too
        measure(variant, "once more", report, out);
      }
    }
  }

  private void measure(Variant variant, String when, Report report, PrintWriter out)
      throws Exception {
    Variant.Work work = variant.work(Duration.ofSeconds(seconds));
    report.add(variant, work);
    out.printf(
        "%s: %s, %d threads: %.1f images/s%n",
        when, variant.name(), variant.threads(), work.imagesPerSecond());
    out.flush();
  }

  /** Works until the JIT compiler is quiet: a job on a TaskManager runs for hours. */
  private void warmUp(List<Variant> variants, PrintWriter out) throws Exception {
    long started = System.nanoTime();
    long end = started + TimeUnit.SECONDS.toNanos(warmUpSeconds);
    double share = 1;
    while (share > JitCompilers.QUIET && System.nanoTime() - end < 0) {
      JitCompilers turn = new JitCompilers();
      for (Variant variant : variants) {
        variant.warmUp(WARM_UP);
      }
      share = turn.share();
    }
    out.printf(
        "warmed up for %d s; the JIT compilers were then busy %.0f %% of the time%n",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started), share * 100);
    out.flush();
  }

  private void addLoops(
      List<Variant> variants, ModelDescriptor descriptor, Images pictures, int size)
      throws Exception {
    Loops loops = new Loops(descriptor, model, pictures, size);
    NaiveLoops naive = new NaiveLoops(descriptor, model, pictures);
    add(variants, "decode", loops::decode);
    add(variants, "preprocess", loops::preprocess);
    add(variants, "decode-preprocess", loops::decodePreprocess);
    add(variants, "naive-decode-preprocess", naive::decodePreprocess);
    for (int count : threads) {
      add(variants, "session", () -> loops.session(count));
      // A variant's neighbours in time are what it is compared with.
      add(variants, "naive-loop", () -> naive.loop(count));
      add(variants, "bare-loop", () -> loops.bareLoop(count));
      addPredict(variants, "predict", size, count, index -> Input.of(pictures.get(index)));
      add(variants, "bare-loop-files", () -> loops.bareLoopOverFiles(count));
      addPredict(variants, "predict-files", size, count, index -> Input.of(pictures.file(index)));
    }
  }

  private List<JobVariant> jobs(
      EmbeddedBroker broker,
      ImageServer server,
      ModelDescriptor descriptor,
      Images pictures,
      int size) {
    List<JobVariant> variants = new ArrayList<>();
    for (int count : threads) {
      JobFactory jobs =
          (slots, partitions, uris) ->
              new BenchJob.Setup(
                  broker,
                  model,
                  descriptor,
                  pictures,
                  size,
                  slots,
                  count / slots,
                  partitions,
                  uris,
                  Map.of());
      addJob(variants, "classify-job", jobs.create(1, 1, pictures::uri));
      if (count > 1) {
        addJob(variants, "classify-job-slots", jobs.create(count, count, pictures::uri));
        addJob(variants, "classify-job-one-partition", jobs.create(count, 1, pictures::uri));
      }
      addJob(
          variants,
          "classify-job-exchange",
          jobs.create(count, count, pictures::uri).with(Map.of("classify.exchange", "always")));
      addJob(variants, "classify-job-http", jobs.create(1, 1, server::uri));
    }
    return variants;
  }

  private interface JobFactory {
    BenchJob.Setup create(int slots, int partitions, IntFunction<String> uris);
  }

  private void addPredict(
      List<Variant> variants, String name, int size, int threads, IntFunction<Input> inputs)
      throws Exception {
    add(variants, name, () -> new PredictVariant(name, model, size, threads, inputs));
  }

  private void addJob(List<JobVariant> variants, String name, BenchJob.Setup setup) {
    if (isWanted(name)) {
      variants.add(new JobVariant(name, setup));
    }
  }

  private void add(List<Variant> variants, String name, Callable<Variant> variant)
      throws Exception {
    if (isWanted(name)) {
      variants.add(variant.call());
    }
  }

  private boolean isWanted(String name) {
    return only.isEmpty() ? !leftOut.contains(name) : only.contains(name);
  }

  private ObjectNode setting(ModelDescriptor descriptor, Images pictures, int size) {
    ObjectNode setting = new ObjectMapper().createObjectNode();
    setting.put("model", descriptor.name());
    setting.put("model_fingerprint", descriptor.fingerprint());
    setting.put("images", pictures.size());
    setting.put("batch_size", size);
    setting.put("seconds", seconds);
    setting.put("rounds", rounds);
    setting.put("processors", Runtime.getRuntime().availableProcessors());
    setting.put("java", Runtime.version().toString());
    return setting;
  }
}
