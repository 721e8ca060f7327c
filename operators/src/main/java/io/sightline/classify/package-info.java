// SPDX-License-Identifier: Apache-2.0
/** Sessions, the classify function and what it answers. The only room with ONNX Runtime. */
@NullMarked
package io.sightline.classify;

import org.jspecify.annotations.NullMarked;
