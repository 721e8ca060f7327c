// SPDX-License-Identifier: Apache-2.0
/** Where events and rejections go. */
@NullMarked
package io.sightline.sink;

import org.jspecify.annotations.NullMarked;
