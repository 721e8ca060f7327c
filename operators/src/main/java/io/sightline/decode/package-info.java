// SPDX-License-Identifier: Apache-2.0
/**
 * From encoded bytes to normalised pixels: probe, decode, resize, crop, normalise. The only room
 * with OpenCV.
 */
@NullMarked
package io.sightline.decode;

import org.jspecify.annotations.NullMarked;
