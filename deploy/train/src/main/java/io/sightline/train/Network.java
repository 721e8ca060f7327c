// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Arrays;
import java.util.List;

/**
 * A small convolutional network in the training framework: the owner of its weights and of all
 * other memory there. Not thread-safe, and only one at a time: the framework has one random
 * generator a process, which a new network seeds.
 */
final class Network implements AutoCloseable {

  static final String NAME = "FashionCNN";

  private static final String ENGINE = "PyTorch";
  private static final int PREDICTION_BATCH = 500;
  private static final float FIRST_LEARNING_RATE = 2e-3f;
  private static final float LAST_LEARNING_RATE = 1e-5f;
  private static final float DROPOUT = 0.3f;

  private final List<Layer> layers;
  private final Model model;
  private final Trainer trainer;

  private Network(List<Layer> layers, Model model, Trainer trainer) {
    this.layers = layers;
    this.model = model;
    this.trainer = trainer;
  }

  /**
   * Makes a network with random weights, ready to be trained.
   *
   * @param classes number of classes
   * @param steps calls of {@link #train} after which the learning rate has come down
   */
  static Network create(int classes, int seed, int steps) {
    keepToItself();
    Engine.getEngine(ENGINE).setRandomSeed(seed);
    List<Layer> layers =
        List.of(
            Layer.convolution(16, 3),
            Layer.relu(),
            Layer.maxPool(2),
            Layer.convolution(32, 3),
            Layer.relu(),
            Layer.maxPool(2),
            Layer.flatten(),
            Layer.linear(128),
            Layer.relu(),
            Layer.dropout(DROPOUT),
            Layer.linear(classes));
    SequentialBlock block = new SequentialBlock();
    layers.forEach(layer -> block.add(layer.block()));
    Model model = Model.newInstance(NAME, Device.cpu(), ENGINE);
    model.setBlock(block);
    Tracker learningRate =
        Tracker.cosine()
            .setBaseValue(FIRST_LEARNING_RATE)
            .optFinalValue(LAST_LEARNING_RATE)
            .setMaxUpdates(steps)
            .build();
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adam().optLearningRateTracker(learningRate).build()));
    trainer.initialize(shape(1));
    return new Network(layers, model, trainer);
  }

  /**
   * The framework neither downloads nor reports anything, and has one thread: how sums are split
   * would change them, and on a busy machine its threads wait for each other in a loop.
   */
  private static void keepToItself() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.num_threads", "1");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
  }

  /**
   * One step of training on one batch.
   *
   * @param images {@code [labels.length, 3, 28, 28]}
   * @return the loss before the step
   */
  float train(float[] images, long[] labels) {
    try (NDManager memory = trainer.getManager().newSubManager()) {
      NDList batch = new NDList(memory.create(images, shape(labels.length)));
      NDList truth = new NDList(memory.create(labels));
      float loss;
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDArray mean = trainer.getLoss().evaluate(truth, trainer.forward(batch));
        gradients.backward(mean);
        loss = mean.getFloat();
      }
      trainer.step();
      return loss;
    }
  }

  /** The probabilities of the classes, image by image, as the framework computes them. */
  float[][] probabilities(LabelledImages images) {
    float[][] probabilities = new float[images.size()][];
    for (int start = 0; start < images.size(); start += PREDICTION_BATCH) {
      int size = Math.min(PREDICTION_BATCH, images.size() - start);
      float[] batch = new float[size * Normalization.IMAGE_FLOATS];
      for (int i = 0; i < size; i++) {
        Normalization.write(images.pixelsOf(start + i), false, batch, i);
      }
      try (NDManager memory = trainer.getManager().newSubManager()) {
        NDList input = new NDList(memory.create(batch, shape(size)));
        NDArray output = trainer.evaluate(input).singletonOrThrow().softmax(1);
        float[] values = output.toFloatArray();
        int classes = values.length / size;
        for (int i = 0; i < size; i++) {
          probabilities[start + i] = Arrays.copyOfRange(values, i * classes, (i + 1) * classes);
        }
      }
    }
    return probabilities;
  }

  /** The network with its weights of now. */
  ModelProto toOnnx() {
    OnnxClassifier onnx =
        new OnnxClassifier(NAME, Normalization.CHANNELS, LabelledImages.SIDE, LabelledImages.SIDE);
    layers.forEach(layer -> layer.export().accept(onnx));
    return onnx.build();
  }

  private static Shape shape(int images) {
    return new Shape(images, Normalization.CHANNELS, LabelledImages.SIDE, LabelledImages.SIDE);
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
