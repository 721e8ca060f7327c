// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.decode.Preprocessing;

/**
 * What is published about a model. Immutable.
 *
 * @param name PaddleX's name of it, {@code PP-LCNet_x1_0}
 * @param family of architectures, {@code PP-LCNet}
 * @param core whether PaddleX recommends it as one of its core models
 * @param top1 accuracy on the 50,000 validation images of ImageNet-1k, a fraction from 0 to 1
 * @param times of one image on PaddleX's own machines
 * @param megabytes size of its inference files, in units of 1024 x 1024 bytes
 * @param inputSize side in pixels of the square image that its graph takes
 * @param preprocessing with which {@code top1} was measured
 * @param olderPreprocessing what older releases of PaddleX wrote into the model's {@code
 *     inference.yml}: for most models the same
 * @param classes number of its classes
 * @param topK how many classes PaddleX answers by default
 * @param inferenceUrl archive with Paddle's weights, which are converted to ONNX
 * @param trainingUrl weights to train on from
 */
public record PublishedModel(
    String name,
    String family,
    boolean core,
    double top1,
    Times times,
    double megabytes,
    int inputSize,
    Preprocessing preprocessing,
    Preprocessing olderPreprocessing,
    int classes,
    int topK,
    String inferenceUrl,
    String trainingUrl) {

  /**
   * Milliseconds for one image: in PaddleX's normal mode, and in its high-performance mode, which
   * takes the best of several precisions and backends.
   */
  public record Times(double gpu, double gpuFast, double cpu, double cpuFast) {}

  /** Whether older releases of PaddleX exported the model with another preprocessing. */
  public boolean wasExportedOtherwise() {
    return !preprocessing.equals(olderPreprocessing);
  }
}
