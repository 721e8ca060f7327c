/** The jobs, and the command line that explains, checks and submits them. */
@NullMarked
package io.sightline.job;

import org.jspecify.annotations.NullMarked;
