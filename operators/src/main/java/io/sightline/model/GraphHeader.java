// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX file says about its graph, without the weights: inputs, outputs, nodes, and the
 * tensors whose data lie in other files.
 *
 * <p>The file is walked as a stream, and the data of tensors are skipped in it; so reading takes
 * memory for the names and shapes, whatever the size of the weights.
 *
 * @param model the model without the data of tensors and the attributes of nodes but for integers
 *     and graphs
 * @param inputs the graph's inputs that are not initializers
 * @param externalTensors tensors with external data, wherever in the graph they are; their own data
 *     fields are empty
 */
record GraphHeader(
    ModelProto model, List<ValueInfoProto> inputs, List<TensorProto> externalTensors) {

  /** What is read into memory at most. */
  private static final int MAX_KEPT_BYTES = 64 << 20;

  /** Messages within messages; a graph within a graph takes three. */
  private static final int MAX_NESTING = 60;

  /**
   * The fields that are read, by message: those of messages that are not listed are read whole, but
   * for the data of tensors and the descriptions for people.
   */
  private static final Map<Descriptor, Set<String>> KEPT =
      Map.of(
          GraphProto.getDescriptor(),
          Set.of("node", "initializer", "sparse_initializer", "input", "output", "value_info"),
          NodeProto.getDescriptor(),
          Set.of("op_type", "domain", "input", "output", "attribute"),
          AttributeProto.getDescriptor(),
          Set.of(
              "name",
              "ref_attr_name",
              "i",
              "ints",
              "t",
              "g",
              "tensors",
              "graphs",
              "sparse_tensor",
              "sparse_tensors"),
          TensorProto.getDescriptor(),
          Set.of("dims", "data_type", "name", "external_data", "data_location"));

  /** Throws an IOException that says so where the file is not a whole ONNX model. */
  static GraphHeader read(Path file) throws IOException {
    long size = Files.size(file);
    if (size == 0) {
      throw new IOException("is empty");
    }
    if (size > Integer.MAX_VALUE) {
      throw new IOException(
          "has %d bytes: an ONNX file holds at most %d, larger weights lie in external data files"
              .formatted(size, Integer.MAX_VALUE));
    }
    ModelProto model;
    Walk walk = new Walk();
    try (InputStream stream = Files.newInputStream(file)) {
      CodedInputStream in = CodedInputStream.newInstance(stream, 1 << 16);
      // Skipping in a file does not notice its end: the limit does.
      in.pushLimit((int) size);
      model = ModelProto.parseFrom(walk.message(in, ModelProto.getDescriptor(), 0));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("is not a whole ONNX model: " + e.getMessage(), e);
    }
    if (model.getIrVersion() <= 0 || !model.hasGraph() || model.getOpsetImportCount() == 0) {
      throw new IOException("is not an ONNX model: it has no IR version, no opset or no graph");
    }
    GraphProto graph = model.getGraph();
    Set<String> initializers = new HashSet<>();
    graph.getInitializerList().forEach(tensor -> initializers.add(tensor.getName()));
    graph
        .getSparseInitializerList()
        .forEach(tensor -> initializers.add(tensor.getValues().getName()));
    List<ValueInfoProto> inputs = new ArrayList<>(graph.getInputList());
    // Before IR version 4 every initializer is listed as an input, too.
    inputs.removeIf(input -> initializers.contains(input.getName()));
    return new GraphHeader(model, List.copyOf(inputs), List.copyOf(walk.externalTensors));
  }

  List<ValueInfoProto> outputs() {
    return model.getGraph().getOutputList();
  }

  /** Copies a message without what is not kept. */
  private static final class Walk {

    final List<TensorProto> externalTensors = new ArrayList<>();
    private int keptBytes;

    ByteString message(CodedInputStream in, Descriptor type, int nesting) throws IOException {
      if (nesting > MAX_NESTING) {
        throw new IOException("has graphs nested too deeply");
      }
      ByteString.Output bytes = ByteString.newOutput();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes, 256);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
        if (field == null || !isKept(type, field)) {
          skip(in, tag);
        } else if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
          ByteString value = lengthDelimited(in, field, nesting);
          out.writeBytes(field.getNumber(), value);
        } else {
          scalar(in, tag, out);
        }
      }
      out.flush();
      return bytes.toByteString();
    }

    private void scalar(CodedInputStream in, int tag, CodedOutputStream out) throws IOException {
      keep(Long.BYTES);
      int number = WireFormat.getTagFieldNumber(tag);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> out.writeUInt64(number, in.readRawVarint64());
        case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64(number, in.readRawLittleEndian64());
        case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32(number, in.readRawLittleEndian32());
        default -> skip(in, tag);
      }
    }

    private static void skip(CodedInputStream in, int tag) throws IOException {
      if (!in.skipField(tag)) {
        throw new IOException("is not an ONNX model: a group ends that did not begin");
      }
    }

    private ByteString lengthDelimited(CodedInputStream in, FieldDescriptor field, int nesting)
        throws IOException {
      int length = in.readRawVarint32();
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        keep(length);
        return ByteString.copyFrom(in.readRawBytes(length));
      }
      keep(Long.BYTES);
      int outer = in.pushLimit(length);
      ByteString value = message(in, field.getMessageType(), nesting + 1);
      in.checkLastTagWas(0);
      in.popLimit(outer);
      if (field.getMessageType().equals(TensorProto.getDescriptor())) {
        TensorProto tensor = TensorProto.parseFrom(value);
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
          externalTensors.add(tensor);
        }
      }
      return value;
    }

    private void keep(int bytes) throws IOException {
      keptBytes += Math.max(0, Math.min(bytes, MAX_KEPT_BYTES));
      if (keptBytes > MAX_KEPT_BYTES) {
        throw new IOException(
            "has more than %d bytes of names and shapes".formatted(MAX_KEPT_BYTES));
      }
    }

    private static boolean isKept(Descriptor type, FieldDescriptor field) {
      Set<String> kept = KEPT.get(type);
      return kept == null ? !field.getName().equals("doc_string") : kept.contains(field.getName());
    }
  }
}
