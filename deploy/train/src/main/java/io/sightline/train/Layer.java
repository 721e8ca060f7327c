// SPDX-License-Identifier: Apache-2.0
package io.sightline.train;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import java.util.function.Consumer;

/**
 * One layer of a network: the training framework's block, and how it is written as ONNX.
 *
 * @param export appends the layer, with the weights that the block has then
 */
record Layer(Block block, Consumer<OnnxClassifier> export) {

  static Layer convolution(int filters, int kernel) {
    Block block =
        Conv2d.builder()
            .setKernelShape(new Shape(kernel, kernel))
            .setFilters(filters)
            .optPadding(new Shape(kernel / 2, kernel / 2))
            .build();
    return new Layer(
        block,
        onnx -> onnx.convolution(filters, kernel, values(block, "weight"), values(block, "bias")));
  }

  static Layer relu() {
    return new Layer(Activation.reluBlock(), OnnxClassifier::relu);
  }

  static Layer maxPool(int side) {
    Shape square = new Shape(side, side);
    return new Layer(Pool.maxPool2dBlock(square, square), onnx -> onnx.maxPool(side));
  }

  static Layer flatten() {
    return new Layer(Blocks.batchFlattenBlock(), OnnxClassifier::flatten);
  }

  /** Zeroes this part of its input in training alone, so nothing of it is exported. */
  static Layer dropout(float rate) {
    return new Layer(Dropout.builder().optRate(rate).build(), onnx -> {});
  }

  static Layer linear(int units) {
    Block block = Linear.builder().setUnits(units).build();
    return new Layer(
        block, onnx -> onnx.linear(units, values(block, "weight"), values(block, "bias")));
  }

  private static float[] values(Block block, String parameter) {
    return block.getParameters().get(parameter).getArray().toFloatArray();
  }
}
