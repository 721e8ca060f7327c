// SPDX-License-Identifier: Apache-2.0
/** The Java API: predictions of images without Flink's jobs. Begins with {@code Sightline.load}. */
@NullMarked
package io.sightline.predict;

import org.jspecify.annotations.NullMarked;
