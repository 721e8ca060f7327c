// SPDX-License-Identifier: Apache-2.0
/** The command {@code sightline demo}. */
@NullMarked
package io.sightline.local.demo;

import org.jspecify.annotations.NullMarked;
