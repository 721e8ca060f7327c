// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.sightline.config.Problems;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files beside a graph that hold data of its tensors. Each must lie inside the model's folder
 * and be long enough for every tensor in it.
 */
final class ExternalData {

  private static final int MAX_PROBLEMS = 10;

  /** ONNX Runtime takes the offset behind this location for an address in memory. */
  private static final String MEMORY_ADDRESS = "*/_ORT_MEM_ADDR_/*";

  private final Path folder;
  private final String graphFile;
  private final Problems problems;
  private final SortedMap<String, Path> files = new TreeMap<>();
  private final Map<String, Long> lengths = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private int problemCount;

  private ExternalData(Path folder, String graphFile, Problems problems) {
    this.folder = folder;
    this.graphFile = graphFile;
    this.problems = problems;
  }

  /** The files by location, sorted; incomplete after a problem. */
  static SortedMap<String, Path> check(
      Path folder, String graphFile, List<TensorProto> tensors, Problems problems) {
    ExternalData data = new ExternalData(folder, graphFile, problems);
    for (TensorProto tensor : tensors) {
      data.check(tensor);
    }
    if (data.problemCount > MAX_PROBLEMS) {
      problems.add(
          "%s has %d more problems of this kind"
              .formatted(graphFile, data.problemCount - MAX_PROBLEMS));
    }
    return data.files;
  }

  private void check(TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.get("location");
    if (location == null || location.isEmpty()) {
      problem(tensor, "has external data without a location");
      return;
    }
    Long fileLength = lengthOf(location, tensor);
    if (fileLength == null) {
      return;
    }
    Long offset = count(tensor, entries, "offset");
    Long length = count(tensor, entries, "length");
    if (offset == null || length == null) {
      return;
    }
    BigInteger needed = bytesOf(tensor);
    if (needed != null
        && entries.containsKey("length")
        && !needed.equals(BigInteger.valueOf(length))) {
      problem(
          tensor,
          "has the external length %d, its shape and type make %s".formatted(length, needed));
      return;
    }
    BigInteger taken = needed == null ? BigInteger.valueOf(length) : needed;
    BigInteger end = taken.add(BigInteger.valueOf(offset));
    if (end.compareTo(BigInteger.valueOf(fileLength)) > 0) {
      problem(
          tensor,
          "needs %s bytes of '%s', which has %d"
              .formatted(end, YamlValue.abbreviate(location), fileLength));
    }
  }

  private @Nullable Long lengthOf(String location, TensorProto tensor) {
    Long known = lengths.get(location);
    if (known != null || refused.contains(location)) {
      return known;
    }
    String shown = "external data file '" + YamlValue.abbreviate(location) + "'";
    try {
      Path relative = Path.of(location);
      if (location.equals(MEMORY_ADDRESS)
          || location.indexOf('\\') >= 0
          || relative.isAbsolute()
          || !relative.normalize().equals(relative)
          || relative.startsWith("..")) {
        return refuse(location, tensor, shown + ", which must be a plain path inside the folder");
      }
      Path file = folder.resolve(relative);
      if (!Files.isRegularFile(file)) {
        return refuse(location, tensor, shown + ", which does not exist");
      }
      if (!file.toRealPath().startsWith(folder.toRealPath())) {
        return refuse(location, tensor, shown + ", which is a link that leaves the folder");
      }
      long length = Files.size(file);
      lengths.put(location, length);
      files.put(location, file);
      return length;
    } catch (InvalidPathException e) {
      return refuse(location, tensor, shown + ", which is not a path");
    } catch (IOException e) {
      return refuse(location, tensor, shown + ", which can't be read: " + e);
    }
  }

  private @Nullable Long refuse(String location, TensorProto tensor, String fact) {
    refused.add(location);
    problem(tensor, "names the " + fact);
    return null;
  }

  private @Nullable Long count(TensorProto tensor, Map<String, String> entries, String key) {
    String text = entries.getOrDefault(key, "0");
    if (text.matches("\\d{1,18}")) {
      return Long.valueOf(text);
    }
    problem(
        tensor,
        "must have a whole number of bytes as its external %s (got '%s')"
            .formatted(key, YamlValue.abbreviate(text)));
    return null;
  }

  /** Bytes that shape and type make; null for a type that is not known here. */
  private static @Nullable BigInteger bytesOf(TensorProto tensor) {
    int bits =
        switch (tensor.getDataType()) {
          case TensorProto.DataType.UINT8_VALUE,
              TensorProto.DataType.INT8_VALUE,
              TensorProto.DataType.BOOL_VALUE ->
              8;
          case TensorProto.DataType.UINT16_VALUE,
              TensorProto.DataType.INT16_VALUE,
              TensorProto.DataType.FLOAT16_VALUE,
              TensorProto.DataType.BFLOAT16_VALUE ->
              16;
          case TensorProto.DataType.FLOAT_VALUE,
              TensorProto.DataType.INT32_VALUE,
              TensorProto.DataType.UINT32_VALUE ->
              32;
          case TensorProto.DataType.DOUBLE_VALUE,
              TensorProto.DataType.INT64_VALUE,
              TensorProto.DataType.UINT64_VALUE,
              TensorProto.DataType.COMPLEX64_VALUE ->
              64;
          case TensorProto.DataType.COMPLEX128_VALUE -> 128;
          default -> 0;
        };
    if (bits == 0) {
      return null;
    }
    BigInteger bytes = BigInteger.valueOf(bits / 8);
    for (long dimension : tensor.getDimsList()) {
      bytes = bytes.multiply(BigInteger.valueOf(Math.max(0, dimension)));
    }
    return bytes;
  }

  private void problem(TensorProto tensor, String fact) {
    problemCount++;
    if (problemCount <= MAX_PROBLEMS) {
      problems.add(
          "%s tensor '%s' %s".formatted(graphFile, YamlValue.abbreviate(tensor.getName()), fact));
    }
  }
}
