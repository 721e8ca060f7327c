// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The families of published models, a sentence each, in alphabetical order. */
final class ModelFamilies {

  static final Map<String, String> DESCRIPTIONS = describe();

  private ModelFamilies() {}

  private static Map<String, String> describe() {
    Map<String, String> families = new LinkedHashMap<>();
    families.put(
        "CLIP",
        "Vision transformers, trained on images with their captions first: the most accurate here.");
    families.put(
        "ConvNeXt",
        "Convolutions alone, arranged as a vision transformer is: accurate, for servers.");
    families.put(
        "FasterNet",
        "Convolves a part of the channels only, which spares memory traffic: quick on a GPU.");
    families.put(
        "MobileNetV1",
        "Depthwise separable convolutions, the first of its kind for phones: the smallest here.");
    families.put(
        "MobileNetV2",
        "Inverted residuals with linear bottlenecks, for phones: more accurate than MobileNetV1.");
    families.put(
        "MobileNetV3",
        "Found by architecture search, with squeeze and excitation, for phones: quick on a CPU.");
    families.put(
        "MobileNetV4",
        "Universal inverted bottlenecks, with attention in the hybrid ones: from phones to servers.");
    families.put(
        "PP-HGNet",
        "PaddlePaddle's own for GPUs, plain convolutions that a GPU runs well: accurate, for servers.");
    families.put(
        "PP-HGNetV2", "Successor of PP-HGNet in seven sizes: much accuracy for its time on a GPU.");
    families.put(
        "PP-LCNet",
        "PaddlePaddle's own for CPUs: quick where there is no GPU; x1_0 is PaddleX's default.");
    families.put(
        "PP-LCNetV2",
        "Successor of PP-LCNet with fewer and larger layers: more accurate on a CPU.");
    families.put(
        "ResNet",
        "Residual blocks, what everything else is compared with; _vd is a later, better variant.");
    families.put(
        "StarNet",
        "Multiplies features with each other instead of adding them: small, and of little depth.");
    families.put(
        "SwinTransformer",
        "Attention inside windows that shift from layer to layer: accurate, and slow on a CPU.");
    return Collections.unmodifiableMap(families);
  }
}
