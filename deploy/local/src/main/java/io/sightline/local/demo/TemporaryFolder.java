// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.demo;

import io.sightline.decode.ImageDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder that is deleted with all that is in it. Native libraries are unpacked there too: by
 * itself ONNX Runtime leaves an empty folder behind, and JavaCPP a cache in the user's home.
 */
final class TemporaryFolder implements AutoCloseable {

  private static final int DELETIONS = 50;
  private static final String NATIVES = "/ai/onnxruntime/native/linux-x64/";
  private static final String JAVACPP_CACHE = "org.bytedeco.javacpp.cachedir";

  private final Path path;

  /** Makes the folder; it must come before the first image and the first session. */
  TemporaryFolder() throws IOException {
    path = Files.createTempDirectory("sightline-demo-");
    boolean complete = false;
    try {
      unpackOnnxRuntime();
      unpackOpenCv();
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private void unpackOnnxRuntime() throws IOException {
    Path natives = Files.createDirectory(path.resolve("onnxruntime"));
    for (String name : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
      try (InputStream library = TemporaryFolder.class.getResourceAsStream(NATIVES + name)) {
        if (library != null) {
          Files.copy(library, natives.resolve(name));
        }
      }
    }
    System.setProperty("onnxruntime.native.path", natives.toString());
  }

  private void unpackOpenCv() {
    if (System.getProperty(JAVACPP_CACHE) == null) {
      System.setProperty(JAVACPP_CACHE, path.resolve("javacpp").toString());
    }
    ImageDecoder.loadNatives(); // now, since a task that is cancelled meanwhile would go on writing
  }

  Path path() {
    return path;
  }

  /** Deletes it; threads that are about to end may still write to it at first. */
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted(); // it is deleted all the same
    try {
      for (int i = 1; !isDeleted(i == DELETIONS); i++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isDeleted(boolean lastTime) throws IOException {
    try {
      delete();
      return true;
    } catch (IOException | UncheckedIOException e) {
      if (lastTime) {
        throw e;
      }
      return false;
    }
  }

  private void delete() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(path)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
