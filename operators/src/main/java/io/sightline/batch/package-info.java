// SPDX-License-Identifier: Apache-2.0
/** The window of rows in which images meet. Plain Java with an injected clock. */
@NullMarked
package io.sightline.batch;

import org.jspecify.annotations.NullMarked;
