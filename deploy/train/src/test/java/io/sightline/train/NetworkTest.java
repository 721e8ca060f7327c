// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTest {

  private static final int CLASSES = FashionMnist.LABELS.size();

  @TempDir Path folder;

  @Test
  void theExportedModelGivesTheProbabilitiesOfTheTrainingFramework() throws Exception {
    FashionMnist data = DebianData.read();
    LabelledImages compared = data.test().first(TrainDemo.COMPARED_IMAGES);
    try (Network network = trained(data.training().first(4_000), 1)) {
      assertExported(network, compared);
      // Neither blind nor undecided: the answers that are compared must say something.
      assertThat(Probabilities.top1(network.probabilities(compared), compared)).isGreaterThan(0.5);
    }
  }

  @Test
  void theExportedModelGivesTheSameForNoise() throws Exception {
    try (Network network = trained(noise(300, 1), 2)) {
      assertExported(network, noise(150, 2));
    }
  }

  @Test
  void theSameSeedGivesTheSameModel() {
    LabelledImages images = noise(300, 1);
    ModelProto first = exported(images, 7);
    assertThat(exported(images, 7).toByteString()).isEqualTo(first.toByteString());
    assertThat(exported(images, 8).toByteString()).isNotEqualTo(first.toByteString());
  }

  @Test
  void theGraphIsWrittenAsExportersWriteIt() {
    ModelProto model = exported(noise(128, 1), 3);
    GraphProto graph = model.getGraph();

    assertThat(model.getIrVersion()).isEqualTo(7);
    assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(13);
    assertThat(model.getProducerName()).isEqualTo("sightline-train");
    assertThat(graph.getInput(0).getName()).isEqualTo("x");
    assertThat(graph.getOutput(0).getName()).isEqualTo("fetch_name_0");
    Dimension batch = graph.getInput(0).getType().getTensorType().getShape().getDim(0);
    assertThat(batch.hasDimValue()).isFalse();
    assertThat(graph.getNode(graph.getNodeCount() - 1).getOpType()).isEqualTo("Softmax");
    assertThat(model.getSerializedSize()).isLessThanOrEqualTo(1 << 20);
  }

  @Test
  void weightsThatDoNotFitAreRefused() {
    assertThatThrownBy(
            () ->
                new OnnxClassifier("n", 3, 28, 28).flatten().linear(2, new float[9], new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("linear_0.w_0 needs 4704 values (got 9)");
  }

  private void assertExported(Network network, LabelledImages images) throws Exception {
    DemoFolder.writeModel(folder, network.toOnnx(), FashionMnist.LABELS);
    try (FolderClassifier classifier = FolderClassifier.open(folder)) {
      assertThat(
              Probabilities.largestDifference(
                  network.probabilities(images), classifier.scores(images)))
          .isLessThanOrEqualTo(TrainDemo.TOLERANCE);
    }
  }

  private static ModelProto exported(LabelledImages images, int seed) {
    try (Network network = trained(images, seed)) {
      return network.toOnnx();
    }
  }

  /** One epoch, so that no weight or bias is what it was at first. */
  private static Network trained(LabelledImages images, int seed) {
    Network network = Network.create(CLASSES, seed, Training.steps(images));
    new Training(network, images, seed).epoch();
    return network;
  }

  private static LabelledImages noise(int images, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[images * LabelledImages.PIXELS];
    random.nextBytes(pixels);
    byte[] classes = new byte[images];
    for (int i = 0; i < images; i++) {
      classes[i] = (byte) random.nextInt(CLASSES);
    }
    return new LabelledImages(pixels, classes);
  }
}
