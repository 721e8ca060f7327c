// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtEnvironment;
import io.sightline.decode.ImageDecoder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native libraries of a TaskManager, ONNX Runtime and OpenCV: loads them, and says what to
 * change where they can't be loaded, or come from the job's jar. Thread-safe.
 *
 * <p>A JVM loads a library once a class loader, and a job's class loader is a new one with each
 * submission: from a job's jar they are mapped again each time, and stay mapped.
 */
public final class NativeLibraries {

  private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

  private static final List<String> CLASSES =
      List.of(
          "ai.onnxruntime.OrtEnvironment", "org.opencv.core.Mat", "org.bytedeco.javacpp.Loader");

  private static final String SETUP =
      "copy lib/native/*.jar of Sightline's distribution into the lib/ of Flink on every machine, set"
          + " classloader.parent-first-patterns.additional: ai.onnxruntime.;org.opencv.;org.bytedeco."
          + " in Flink's configuration, and restart the TaskManagers";

  private NativeLibraries() {}

  /**
   * Loads the libraries, which takes seconds on a busy machine; the next time nothing is left to
   * do.
   *
   * @throws IllegalStateException where they can't be loaded; it says what to change
   */
  public static void load() {
    ClassLoader own = NativeLibraries.class.getClassLoader();
    ClassLoader flink = RichAsyncFunction.class.getClassLoader();
    try {
      for (String name : CLASSES) {
        Optional<String> warning = warning(Class.forName(name, false, own), flink);
        warning.ifPresent(LOG::warn);
      }
      loadUninterrupted();
    } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
      throw new IllegalStateException(advice(e), e);
    }
  }

  /**
   * Loads them on a thread that nobody interrupts. A task that is cancelled meanwhile is: then the
   * libraries' locks and channels fail, their classes stay broken, and so does this JVM.
   */
  private static void loadUninterrupted() {
    CompletableFuture<Void> loading =
        CompletableFuture.runAsync(
            () -> {
              ImageDecoder.loadNatives();
              OrtEnvironment unused = OrtEnvironment.getEnvironment();
            },
            work -> {
              Thread thread = new Thread(work, "sightline-natives");
              thread.setDaemon(true);
              thread.start();
            });
    try {
      loading.join(); // an interrupt is kept for later
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** What is wrong with where a class comes from, if anything is. */
  static Optional<String> warning(Class<?> ofLibrary, ClassLoader flink) {
    for (ClassLoader each = flink; each != null; each = each.getParent()) {
      if (each == ofLibrary.getClassLoader()) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "%s comes from the job's jar (%s): its native library is mapped again with each submission, and never let go. To have it once a TaskManager, take it out of the jar, %s"
            .formatted(ofLibrary.getName(), ofLibrary.getClassLoader(), SETUP));
  }

  /** What to change, by what a JVM says where a library does not load. */
  static String advice(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("already loaded in another classloader")) {
        return "A native library is in this TaskManager already, of another job's jar: " + SETUP;
      }
      if (message.contains("failed to map segment") || message.contains("not permitted")) {
        return "Native libraries can't be run where they are unpacked, %s: its file system is mounted noexec. Name a folder that allows it: env.java.opts.taskmanager: -Djava.io.tmpdir=DIR -Dorg.bytedeco.javacpp.cachedir=DIR"
            .formatted(folders());
      }
      if (message.contains("Read-only file system") || message.contains("Permission denied")) {
        return "Native libraries can't be unpacked in %s, which can't be written. Name a folder that can: env.java.opts.taskmanager: -Djava.io.tmpdir=DIR -Dorg.bytedeco.javacpp.cachedir=DIR"
            .formatted(folders());
      }
    }
    return "The native libraries of ONNX Runtime and OpenCV can't be loaded (%s): %s"
        .formatted(failure, SETUP);
  }

  /** Where ONNX Runtime unpacks, and where JavaCPP does. */
  private static String folders() {
    String cache =
        System.getProperty(
            "org.bytedeco.javacpp.cachedir", System.getProperty("user.home") + "/.javacpp/cache");
    return System.getProperty("java.io.tmpdir") + " or " + cache;
  }
}
