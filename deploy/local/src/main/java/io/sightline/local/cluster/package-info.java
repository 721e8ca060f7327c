// SPDX-License-Identifier: Apache-2.0
/** The command {@code sightline cluster}: a Flink cluster of real processes on this machine. */
@NullMarked
package io.sightline.local.cluster;

import org.jspecify.annotations.NullMarked;
