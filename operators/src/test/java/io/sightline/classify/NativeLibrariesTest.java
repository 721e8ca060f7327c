// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.onnxruntime.OrtEnvironment;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.slf4j.LoggerFactory;

class NativeLibrariesTest {

  private static final ClassLoader FLINK = NativeLibrariesTest.class.getClassLoader();

  @Test
  void librariesOfTheProcessAreLoadedWithoutAWarning() {
    assertThat(NativeLibraries.warning(OrtEnvironment.class, FLINK)).isEmpty();
    assertThatCode(NativeLibraries::load).doesNotThrowAnyException();
    assertThatCode(NativeLibraries::load).doesNotThrowAnyException();
  }

  @Test
  void aTaskThatIsCancelledWhileTheyAreUnpackedDoesNotBreakTheJvm(@TempDir Path empty)
      throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.cachedir=" + empty,
                "-cp",
                System.getProperty("java.class.path"),
                InterruptedTask.class.getName())
            .redirectErrorStream(true)
            .start();

    String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(jvm.waitFor()).as(output).isZero();
    assertThat(output).contains("an image of 2 x 3 after the interrupt: true");
  }

  /** Loads the libraries as a task does that was cancelled already. */
  static final class InterruptedTask {

    private InterruptedTask() {}

    public static void main(String[] args) {
      LoggerFactory.getLogger(InterruptedTask.class); // a TaskManager has its log already
      Thread.currentThread().interrupt();
      NativeLibraries.load();
      System.out.printf(
          "an image of %s after the interrupt: %s%n",
          new Mat(3, 2, CvType.CV_8UC3).size().toString().replace("x", " x "),
          Thread.interrupted());
    }
  }

  @Test
  void aCopyInTheJobsJarIsNamedWithTheWayOut() throws Exception {
    URL jar = OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader ofJob =
        new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
      Class<?> copy = Class.forName(OrtEnvironment.class.getName(), false, ofJob);
      assertThat(NativeLibraries.warning(copy, FLINK))
          .hasValueSatisfying(
              warning ->
                  assertThat(warning)
                      .contains(
                          "ai.onnxruntime.OrtEnvironment comes from the job's jar",
                          "lib/native/*.jar",
                          "classloader.parent-first-patterns.additional"));
    }
  }

  @Test
  void librariesOfAnotherJobAreToldFromThoseThatAreMissing() {
    assertThat(
            NativeLibraries.advice(
                new UnsatisfiedLinkError(
                    "Native Library /x/libonnxruntime.so already loaded in another classloader")))
        .contains("in this TaskManager already", "parent-first-patterns");
    assertThat(NativeLibraries.advice(new ClassNotFoundException("ai.onnxruntime.OrtEnvironment")))
        .contains("ai.onnxruntime.OrtEnvironment", "copy lib/native/*.jar");
  }

  @Test
  void aFolderThatForbidsExecutionOrWritingIsNamedWithTheWayOut() {
    assertThat(
            NativeLibraries.advice(
                new ExceptionInInitializerError(
                    new UnsatisfiedLinkError(
                        "/tmp/x/libonnxruntime.so: failed to map segment from shared object"))))
        .contains(
            "noexec",
            System.getProperty("java.io.tmpdir"),
            System.getProperty("user.home") + "/.javacpp/cache",
            "-Djava.io.tmpdir=DIR");
    assertThat(
            NativeLibraries.advice(
                new IllegalStateException(
                    new java.nio.file.FileSystemException(
                        "/tmp/onnxruntime-java1", null, "Read-only file system"))))
        .contains("can't be written", "-Dorg.bytedeco.javacpp.cachedir=DIR");
  }
}
