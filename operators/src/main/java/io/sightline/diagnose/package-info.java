// SPDX-License-Identifier: Apache-2.0
/**
 * Why a model's accuracy is low: the usual mistakes, tried on labelled images and judged by a
 * paired test. Plain Java without Flink.
 */
@NullMarked
package io.sightline.diagnose;

import org.jspecify.annotations.NullMarked;
