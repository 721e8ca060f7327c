// SPDX-License-Identifier: Apache-2.0
/** Brings the bytes of an image, and a model's folder, within bounds. */
@NullMarked
package io.sightline.fetch;

import org.jspecify.annotations.NullMarked;
