// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's own profile of the first runs of a session, in a temporary folder: of each node
 * that ran, how many bytes of tensors it read and wrote. Not thread-safe.
 *
 * <p>The profiler costs nothing once it has ended, which {@link #end} does.
 */
final class RunProfile implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunProfile.class);

  // Names in the profile: onnxruntime/core/framework/sequential_executor.cc of 1.28.
  private static final String READ = "activation_size";
  private static final String WEIGHTS = "parameter_size";
  private static final String WRITTEN = "output_size";
  private static final String NODE = "node_index";

  private final Path folder;

  private RunProfile(Path folder) {
    this.folder = folder;
  }

  static RunProfile create() throws IOException {
    return new RunProfile(Files.createTempDirectory("sightline-profile"));
  }

  Path folder() {
    return folder;
  }

  /** Has the session that is opened with these options write the profile. */
  void begin(SessionOptions options) throws OrtException {
    options.enableProfiling(folder.resolve("run").toString());
  }

  /**
   * Ends the profile.
   *
   * @throws IOException where it can't be read, or has no node
   */
  ModelMemory end(OrtSession session) throws OrtException, IOException {
    return read(Path.of(session.endProfiling()));
  }

  /** A node runs several times: each time it takes the same weights. */
  static ModelMemory read(Path file) throws IOException {
    Map<String, Long> weights = new HashMap<>();
    long most = 0;
    long widest = 0;
    for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
      JsonNode node = event.path("args");
      if (node.has(NODE) && node.has(WRITTEN)) {
        weights.put(node.path(NODE).asText(), node.path(WEIGHTS).asLong());
        long written = node.path(WRITTEN).asLong();
        most = Math.max(most, node.path(READ).asLong() + written);
        widest = Math.max(widest, written);
      }
    }
    if (weights.isEmpty()) {
      throw new IOException("the profile has no node of the graph");
    }
    return new ModelMemory(
        weights.values().stream().mapToLong(Long::longValue).sum(), most, widest);
  }

  @Override
  public void close() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      LOG.warn("Temporary folder {} could not be deleted", folder, e);
    }
  }
}
