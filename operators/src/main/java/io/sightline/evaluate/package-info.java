// SPDX-License-Identifier: Apache-2.0
/** How good a model is: counts that merge, the metrics that derive from them, and the report. */
@NullMarked
package io.sightline.evaluate;

import org.jspecify.annotations.NullMarked;
