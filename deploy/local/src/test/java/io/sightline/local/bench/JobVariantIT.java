// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.config.ModelSettings;
import io.sightline.config.Problems;
import io.sightline.local.EmbeddedBroker;
import io.sightline.model.ModelDescriptor;
import io.sightline.model.ModelFolder;
import io.sightline.testing.RepositoryFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job of the demo's model and images, with a checkpoint a second. */
class JobVariantIT {

  private static final Path DEMO = RepositoryFolder.find().resolve("deploy/demo/fashion-mnist");

  @TempDir Path checkpoints;

  @Test
  void aJobTakesManyMoreCheckpointsWhileItIsWarmedUpThanItsIntervalAsksFor() throws Exception {
    Path model = DEMO.resolve("model");
    Problems problems = new Problems();
    ModelDescriptor descriptor =
        Objects.requireNonNull(
            ModelFolder.read(model, ModelSettings.of(model.toString()), problems));
    Images images = new Images(DEMO.resolve("images"), descriptor);
    try (EmbeddedBroker broker = EmbeddedBroker.create()) {
      broker.awaitCoordinators();
      BenchJob.Setup setup =
          new BenchJob.Setup(
              broker,
              model,
              descriptor,
              images,
              8,
              1,
              1,
              1,
              images::uri,
              Map.of("execution.checkpointing.dir", checkpoints.toUri().toString()));
      try (JobVariant job = new JobVariant("warm-up", setup)) {
        job.work(Duration.ofSeconds(1));
        long before = lastCheckpoint();
        long started = System.nanoTime();

        job.warmUp(Duration.ofSeconds(2));

        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started) + 1;
        assertThat(lastCheckpoint() - before).isGreaterThan(2 * seconds);
      }
    }
  }

  /** Number of the last checkpoint; names alone are listed, since older ones go meanwhile. */
  private long lastCheckpoint() {
    String[] jobs = Objects.requireNonNull(checkpoints.toFile().list());
    assertThat(jobs).hasSize(1);
    String[] names = Objects.requireNonNull(checkpoints.resolve(jobs[0]).toFile().list());
    return Stream.of(names)
        .filter(name -> name.startsWith("chk-"))
        .mapToLong(name -> Long.parseLong(name.substring("chk-".length())))
        .max()
        .orElseThrow();
  }
}
