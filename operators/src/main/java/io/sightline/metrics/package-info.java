// SPDX-License-Identifier: Apache-2.0
/** Metric names, in one place. */
@NullMarked
package io.sightline.metrics;

import org.jspecify.annotations.NullMarked;
