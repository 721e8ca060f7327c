// SPDX-License-Identifier: Apache-2.0
/** What the README shows of the Java API, compiled and run. */
@NullMarked
package io.sightline.examples;

import org.jspecify.annotations.NullMarked;
