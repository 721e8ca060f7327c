// SPDX-License-Identifier: Apache-2.0
/**
 * What trains the demo's model and writes it as a model folder. Not part of the job jar, nor of the
 * distribution.
 */
@NullMarked
package io.sightline.train;

import org.jspecify.annotations.NullMarked;
