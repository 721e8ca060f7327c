// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import static io.sightline.testing.OnnxProtos.cast;
import static io.sightline.testing.OnnxProtos.floats;
import static io.sightline.testing.OnnxProtos.longs;
import static io.sightline.testing.OnnxProtos.node;
import static io.sightline.testing.OnnxProtos.tensor;
import static io.sightline.testing.OnnxProtos.with;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.sightline.decode.RowFormat.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Small ONNX classifiers for tests, made without weights from elsewhere. Their scores depend on an
 * image's mean colour alone: {@code softmax(mean(x) * weights)}; {@link #scores} and {@link
 * #answers} compute the same in Java, so a test knows the right answer for an image of one colour.
 *
 * <p>Changed by its methods; {@link #writeFolder} writes a whole model folder in PaddleX's form.
 */
public final class OnnxGraphs {

  public static final String INPUT = "x";
  public static final String OUTPUT = "scores";

  private static final String WEIGHTS = "weights";

  /** How a graph ends. */
  public enum Ending {
    LOGITS,
    SOFTMAX,
    /** Softmax in the operators that it consists of. */
    COMPOSED_SOFTMAX,
    LOG_SOFTMAX,
    SIGMOID
  }

  private final int classes;
  private final int height;
  private final int width;
  private float[] weights;
  private int channels = 3;
  private boolean channelsLast;
  private boolean freeSides;
  private ElementType inputType = ElementType.FLOAT32;
  private ElementType outputType = ElementType.FLOAT32;
  private int batch;
  private boolean pooledOutput;
  private boolean featuresOutput;
  private Ending ending = Ending.SOFTMAX;
  private @Nullable String externalFile;
  private int externalOffset;
  private float threshold;
  private float @Nullable [] addedAbove;

  private OnnxGraphs(int classes, int height, int width) {
    this.classes = classes;
    this.height = height;
    this.width = width;
    this.weights = randomWeights(channels * classes);
  }

  private static float[] randomWeights(int count) {
    float[] weights = new float[count];
    Random random = new Random(42);
    for (int i = 0; i < count; i++) {
      weights[i] = (float) (4 * random.nextGaussian());
    }
    return weights;
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

  /** Input [N, 1, height, width]. */
  public OnnxGraphs grey() {
    channels = 1;
    weights = randomWeights(classes);
    return this;
  }

  /** Input [N, height, width, 3]. */
  public OnnxGraphs channelsLast() {
    channelsLast = true;
    return this;
  }

  /** Leaves height and width free. */
  public OnnxGraphs freeSides() {
    freeSides = true;
    return this;
  }

  public OnnxGraphs input(ElementType type) {
    inputType = type;
    return this;
  }

  public OnnxGraphs output(ElementType type) {
    outputType = type;
    return this;
  }

  /** A second output before the scores: {@code features} [N, channels]. */
  public OnnxGraphs featuresOutput() {
    featuresOutput = true;
    return this;
  }

  public OnnxGraphs ending(Ending how) {
    ending = how;
    return this;
  }

  /** Leaves the softmax out. */
  public OnnxGraphs logits() {
    return ending(Ending.LOGITS);
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

  /**
   * The scores of an image whose channels have these means after preprocessing: sigmoid where the
   * graph ends in it, else softmax, in the graph or after it.
   */
  public float[] scores(double... means) {
    double[] logits = logits(means);
    return ending == Ending.SIGMOID ? sigmoid(logits) : softmax(logits);
  }

  /** What the graph answers for such an image. */
  public float[] answers(double... means) {
    double[] logits = logits(means);
    return switch (ending) {
      case LOGITS -> floatsOf(Arrays.stream(logits));
      case SOFTMAX, COMPOSED_SOFTMAX -> softmax(logits);
      case LOG_SOFTMAX -> floatsOf(Arrays.stream(logits).map(x -> x - logOfSum(logits)));
      case SIGMOID -> sigmoid(logits);
    };
  }

  /** {@code 1 / (1 + exp(-x))} of what the graph answers if it ends in logits. */
  public float[] sigmoids(double... means) {
    return sigmoid(logits(means));
  }

  private double[] logits(double... means) {
    double[] logits = new double[classes];
    for (int k = 0; k < classes; k++) {
      for (int channel = 0; channel < channels; channel++) {
        logits[k] += means[channel] * weights[channel * classes + k];
      }
    }
    return logits;
  }

  private static float[] softmax(double[] logits) {
    double log = logOfSum(logits);
    return floatsOf(Arrays.stream(logits).map(x -> Math.exp(x - log)));
  }

  private static float[] sigmoid(double[] logits) {
    return floatsOf(Arrays.stream(logits).map(x -> 1 / (1 + Math.exp(-x))));
  }

  /** {@code log(sum(exp(x)))}. */
  private static double logOfSum(double[] logits) {
    double greatest = Arrays.stream(logits).max().orElseThrow();
    return greatest + Math.log(Arrays.stream(logits).map(x -> Math.exp(x - greatest)).sum());
  }

  private static float[] floatsOf(DoubleStream values) {
    double[] doubles = values.toArray();
    float[] floats = new float[doubles.length];
    for (int i = 0; i < doubles.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }

  public ModelProto build() {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("classifier")
            .addInput(inputValue())
            .addInitializer(weightsTensor());
    String image = INPUT;
    if (inputType != ElementType.FLOAT32) {
      graph.addNode(cast("floats", image, TensorProto.DataType.FLOAT_VALUE));
      image = "floats";
    }
    if (channelsLast) {
      graph.addNode(with(node("Transpose", "planes", image), "perm", List.of(0L, 3L, 1L, 2L)));
      image = "planes";
    }
    graph
        .addNode(node("GlobalAveragePool", "pooled", image))
        .addNode(node("Flatten", "means", "pooled"))
        .addNode(node("MatMul", "product", "means", WEIGHTS));
    if (featuresOutput) {
      graph
          .addNode(node("Identity", "features", "means"))
          .addOutput(value("features", batch, channels));
    }
    String scores = end(graph, addedAbove == null ? "product" : addAbove(graph, addedAbove));
    if (outputType == ElementType.FLOAT16) {
      graph.addNode(cast("halves", scores, TensorProto.DataType.FLOAT16_VALUE));
      scores = "halves";
    }
    if (pooledOutput) {
      graph
          .addInitializer(longs("axes", 2, 3))
          .addNode(node("Unsqueeze", OUTPUT, scores, "axes"))
          .addOutput(OnnxProtos.value(OUTPUT, outputType, batch, classes, 1, 1));
    } else {
      graph
          .addNode(node("Identity", OUTPUT, scores))
          .addOutput(OnnxProtos.value(OUTPUT, outputType, batch, classes));
    }
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .setProducerName("sightline-test")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
        .setGraph(graph)
        .build();
  }

  private ValueInfoProto inputValue() {
    int h = freeSides ? 0 : height;
    int w = freeSides ? 0 : width;
    return channelsLast
        ? OnnxProtos.value(INPUT, inputType, batch, h, w, channels)
        : OnnxProtos.value(INPUT, inputType, batch, channels, h, w);
  }

  private String end(GraphProto.Builder graph, String logits) {
    switch (ending) {
      case LOGITS -> {
        return logits;
      }
      case SOFTMAX -> graph.addNode(node("Softmax", "activated", logits));
      case LOG_SOFTMAX -> graph.addNode(node("LogSoftmax", "activated", logits));
      case SIGMOID -> graph.addNode(node("Sigmoid", "activated", logits));
      case COMPOSED_SOFTMAX ->
          graph
              .addInitializer(longs("class-axis", 1))
              .addNode(node("Exp", "exponentials", logits))
              .addNode(node("ReduceSum", "total", "exponentials", "class-axis"))
              .addNode(node("Div", "activated", "exponentials", "total"));
    }
    return "activated";
  }

  /** Label names of the classes: {@code class-0}, {@code class-1} ... */
  public List<String> labels() {
    return IntStream.range(0, classes).mapToObj(k -> "class-" + k).toList();
  }

  /** Preprocessing to the input's size, to values 0..1 or pixels for uint8, without a crop. */
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
              scale: %s
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
            inputType == ElementType.UINT8 ? 1 : 1 / 255.0,
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
        .addNode(with(node("ReduceMax", "brightest", "means"), "axes", List.of(1L)))
        .addNode(node("Greater", "above", "brightest", "threshold"))
        .addNode(cast("index", "above", TensorProto.DataType.INT64_VALUE))
        .addNode(node("Gather", "added", "table", "index"))
        .addNode(node("Add", "sum", "product", "added"));
    return "sum";
  }

  private TensorProto weightsTensor() {
    TensorProto inside = tensor(WEIGHTS, floats(weights), channels, classes);
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
    return OnnxProtos.value(name, ElementType.FLOAT32, shape);
  }
}
