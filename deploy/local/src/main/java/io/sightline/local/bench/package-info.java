/** Measures the classify job against its own parts and against a bare loop, in one process. */
@NullMarked
package io.sightline.local.bench;

import org.jspecify.annotations.NullMarked;
