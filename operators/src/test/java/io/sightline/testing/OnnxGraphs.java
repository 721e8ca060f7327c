// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Small ONNX classifiers for tests, made without weights from elsewhere. Their scores depend on an
 * image's mean colour alone: {@code softmax(mean(x) * weights)}; {@link #scores} computes the same
 * in Java, so a test knows the right answer for an image of one colour.
 *
 * <p>Changed by its methods; {@link #writeFolder} writes a whole model folder in PaddleX's form.
 */
public final class OnnxGraphs {

  public static final String INPUT = "x";
  public static final String OUTPUT = "scores";

  private static final int CHANNELS = 3;
  private static final String WEIGHTS = "weights";

  private final int classes;
  private final int height;
  private final int width;
  private final float[] weights;
  private int batch;
  private boolean pooledOutput;
  private boolean softmax = true;
  private @Nullable String externalFile;
  private int externalOffset;
  private float threshold;
  private float @Nullable [] addedAbove;

  private OnnxGraphs(int classes, int height, int width) {
    this.classes = classes;
    this.height = height;
    this.width = width;
    this.weights = new float[CHANNELS * classes];
    Random random = new Random(42);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (4 * random.nextGaussian());
    }
  }

  /** Input {@code x} [N, 3, height, width], output {@code scores} [N, classes], a free batch. */
  public static OnnxGraphs classifier(int classes, int height, int width) {
    return new OnnxGraphs(classes, height, width);
  }

  /** Fixes the batch dimension; 0 leaves it free. */
  public OnnxGraphs batch(int images) {
    batch = images;
    return this;
  }

  /** Output [N, classes, 1, 1]. */
  public OnnxGraphs pooledOutput() {
    pooledOutput = true;
    return this;
  }

  /** Leaves the softmax out. */
  public OnnxGraphs logits() {
    softmax = false;
    return this;
  }

  /** Puts the weights into a file of this name, behind {@code offset} other bytes. */
  public OnnxGraphs externalData(String file, int offset) {
    externalFile = file;
    externalOffset = offset;
    return this;
  }

  /**
   * Makes the whole run fail if the mean of any channel of any image is above the threshold: an
   * index is out of bounds.
   */
  public OnnxGraphs failAbove(float mean) {
    threshold = mean;
    addedAbove = new float[] {0};
    return this;
  }

  /**
   * Gives an image NaN for its scores if the mean of any of its channels is above the threshold.
   */
  public OnnxGraphs nanAbove(float mean) {
    threshold = mean;
    addedAbove = new float[] {0, Float.NaN};
    return this;
  }

  /** The scores of an image whose channels have these means after preprocessing. */
  public float[] scores(double red, double green, double blue) {
    double[] logits = new double[classes];
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      logits[k] = red * weights[k] + green * weights[classes + k] + blue * weights[2 * classes + k];
      sum += Math.exp(logits[k]);
    }
    float[] scores = new float[classes];
    for (int k = 0; k < classes; k++) {
      scores[k] = (float) (softmax ? Math.exp(logits[k]) / sum : logits[k]);
    }
    return scores;
  }

  public ModelProto build() {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("classifier")
            .addInput(value(INPUT, batch, CHANNELS, height, width))
            .addInitializer(weightsTensor())
            .addNode(node("GlobalAveragePool", "pooled", INPUT))
            .addNode(node("Flatten", "means", "pooled"))
            .addNode(node("MatMul", "product", "means", WEIGHTS));
    String scores = addedAbove == null ? "product" : addAbove(graph, addedAbove);
    if (softmax) {
      graph.addNode(node("Softmax", "probabilities", scores));
      scores = "probabilities";
    }
    if (pooledOutput) {
      graph
          .addInitializer(longs("axes", 2, 3))
          .addNode(node("Unsqueeze", OUTPUT, scores, "axes"))
          .addOutput(value(OUTPUT, batch, classes, 1, 1));
    } else {
      graph.addNode(node("Identity", OUTPUT, scores)).addOutput(value(OUTPUT, batch, classes));
    }
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .setProducerName("sightline-test")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build();
  }

  /** Label names of the classes: {@code class-0}, {@code class-1} ... */
  public List<String> labels() {
    return IntStream.range(0, classes).mapToObj(k -> "class-" + k).toList();
  }

  /** Preprocessing to the input's size, to values 0..1, without a crop. */
  public String inferenceYaml() {
    return """
        Global:
          model_name: TestClassifier
        PreProcess:
          transform_ops:
          - ResizeImage:
              size: [%d, %d]
          - NormalizeImage:
              channel_num: 3
              mean: [0.0, 0.0, 0.0]
              order: ''
              scale: 0.00392156862745098
              std: [1.0, 1.0, 1.0]
          - ToCHWImage: null
        PostProcess:
          Topk:
            topk: 5
            label_list:
        %s
        """
        .formatted(
            width,
            height,
            labels().stream().map(label -> "    - " + label).collect(Collectors.joining("\n")));
  }

  /** Writes {@code inference.onnx}, {@code inference.yml} and the external data, if any. */
  public Path writeFolder(Path folder) throws IOException {
    return writeFolder(folder, build(), inferenceYaml());
  }

  /** The same with a changed graph or preprocessing. */
  public Path writeFolder(Path folder, ModelProto model, String inferenceYaml) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("inference.onnx"), model.toByteArray());
    Files.writeString(folder.resolve("inference.yml"), inferenceYaml);
    if (externalFile != null) {
      Path file = folder.resolve(externalFile);
      Files.createDirectories(file.getParent());
      ByteBuffer bytes = ByteBuffer.allocate(externalOffset + weights.length * Float.BYTES);
      bytes.position(externalOffset).put(floats(weights).asReadOnlyByteBuffer());
      Files.write(file, bytes.array());
    }
    return folder;
  }

  private String addAbove(GraphProto.Builder graph, float[] table) {
    graph
        .addInitializer(tensor("threshold", floats(threshold)))
        .addInitializer(tensor("table", floats(table), table.length))
        .addNode(
            node("ReduceMax", "brightest", "means").toBuilder()
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("axes")
                        .setType(AttributeProto.AttributeType.INTS)
                        .addInts(1)))
        .addNode(node("Greater", "above", "brightest", "threshold"))
        .addNode(
            node("Cast", "index", "above").toBuilder()
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(TensorProto.DataType.INT64_VALUE)))
        .addNode(node("Gather", "added", "table", "index"))
        .addNode(node("Add", "sum", "product", "added"));
    return "sum";
  }

  private TensorProto weightsTensor() {
    TensorProto inside = tensor(WEIGHTS, floats(weights), CHANNELS, classes);
    if (externalFile == null) {
      return inside;
    }
    return inside.toBuilder()
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", externalFile))
        .addExternalData(entry("offset", Integer.toString(externalOffset)))
        .addExternalData(entry("length", Integer.toString(weights.length * Float.BYTES)))
        .build();
  }

  public static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** A float32 input or output; a dimension of 0 is free. */
  public static ValueInfoProto value(String name, int... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (int side : shape) {
      TensorShapeProto.Dimension.Builder dimension = dimensions.addDimBuilder();
      if (side == 0) {
        dimension.setDimParam("N");
      } else {
        dimension.setDimValue(side);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(dimensions)))
        .build();
  }

  private static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static TensorProto tensor(String name, ByteString data, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(data);
    for (long side : shape) {
      tensor.addDims(side);
    }
    return tensor.build();
  }

  private static TensorProto longs(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return tensor.build();
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
