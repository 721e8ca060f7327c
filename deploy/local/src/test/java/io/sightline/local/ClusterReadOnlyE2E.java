// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sightline.testing.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where all is read-only but one folder, as in a hardened container: in a mount namespace of its
 * own, which a kernel may forbid; then the tests are skipped.
 */
@Timeout(300)
class ClusterReadOnlyE2E {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Mounts the two folders, makes the rest read-only, and goes on with a script of the test's. */
  private static final String NAMESPACE =
      """
      set -eu
      mount -t tmpfs tmpfs "$WRITABLE"
      mount -t tmpfs -o noexec tmpfs "$NOEXEC"
      mount -o remount,bind,ro /
      mkdir "$WRITABLE/tmp"
      ! touch "$HERE/file" 2>/dev/null
      sightline() {
        SIGHTLINE_JVM_ARGS="-Djava.io.tmpdir=$1 -Dorg.bytedeco.javacpp.cachedir=$1/javacpp"
        export SIGHTLINE_JVM_ARGS
        shift
        "$LAUNCHER" "$@"
      }
      """;

  @TempDir Path folder;

  private UnpackedDistribution distribution;

  @BeforeEach
  void unpack() throws Exception {
    Process probe =
        new ProcessBuilder("unshare", "--user", "--map-root-user", "--mount", "true").start();
    assumeThat(probe.waitFor()).as("unshare --user --mount").isZero();
    Files.createDirectory(folder.resolve("writable"));
    Files.createDirectory(folder.resolve("noexec"));
    distribution = UnpackedDistribution.in(folder);
  }

  @Test
  void aClusterRunsTheJobWithOneFolderToWriteTo() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.create();
        ColourServer images = ColourServer.start()) {
      ClassifyRun run =
          ClassifyRun.create(
              broker,
              folder,
              "read-only",
              1,
              SharedFolder.resolve("models/squeezenet1_1"),
              Map.of());
      List<String> wave = IntStream.range(0, 40).mapToObj(i -> "image-" + i).toList();
      run.publish(images, wave);
      Path go = folder.resolve("stop");
      try (CommandProcess process =
              namespace(
                  """
                  trap 'sightline "$WRITABLE/tmp" cluster stop --folder "$WRITABLE/cluster"' EXIT
                  sightline "$WRITABLE/tmp" cluster start --folder "$WRITABLE/cluster" \\
                    --taskmanagers 1 --slots 1 --owner "$OWNER"
                  sightline "$WRITABLE/tmp" cluster submit --folder "$WRITABLE/cluster" \\
                    classify --config "$CONFIG"
                  while [ ! -e "$GO" ]; do sleep 0.2; done
                  """,
                  Map.of("CONFIG", run.config().toString(), "GO", go.toString()));
          OutcomeLedger ledger = run.ledger()) {
        process.await("was submitted");
        ledger.published(wave);
        ledger.settle("read-only root, 40 images", () -> "", PATIENCE);
        Files.createFile(go);
        assertThat(process.end().exitCode()).as(process.output()).isZero();
        assertThat(process.output()).contains("Stopped: 3 processes");
        System.out.println(ledger);
      }
    }
  }

  @Test
  void theCheckNamesAFolderThatForbidsExecutionAndTheWayOut() throws Exception {
    String check =
        "classify --model '%s' --set source.topics=in --set sink.topic=out"
                .formatted(SharedFolder.resolve("models/squeezenet1_1"))
            + " --set source.kafka.bootstrap-servers=127.0.0.1:1 --set rejections.topic=refused --check";
    try (CommandProcess process =
        namespace("sightline \"$NOEXEC\" " + check + "\n", Map.of()).end()) {
      assertThat(process.exitCode()).as(process.output()).isEqualTo(1);
      assertThat(process.output())
          .containsPattern("FAILED +session .*mounted noexec")
          .contains(folder.resolve("noexec").toString(), "-Dorg.bytedeco.javacpp.cachedir=DIR");
    }
  }

  private CommandProcess namespace(String script, Map<String, String> more) throws Exception {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("WRITABLE", folder.resolve("writable").toString());
    environment.put("NOEXEC", folder.resolve("noexec").toString());
    environment.put("HERE", folder.toString());
    environment.put("LAUNCHER", distribution.home().resolve("bin/sightline").toString());
    environment.put("OWNER", Long.toString(ProcessHandle.current().pid()));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    return CommandProcess.start(
        folder,
        environment,
        List.of(
            "unshare", "--user", "--map-root-user", "--mount", "bash", "-c", NAMESPACE + script));
  }
}
