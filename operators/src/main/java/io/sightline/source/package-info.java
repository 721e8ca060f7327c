// SPDX-License-Identifier: Apache-2.0
/** Where references come from. */
@NullMarked
package io.sightline.source;

import org.jspecify.annotations.NullMarked;
