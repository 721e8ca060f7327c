// SPDX-License-Identifier: Apache-2.0
/** What runs in one process with its own broker and its own Flink. Not part of the job jar. */
@NullMarked
package io.sightline.local;

import org.jspecify.annotations.NullMarked;
