// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import org.jspecify.annotations.Nullable;

/**
 * One image that is to be predicted. Its content may be loaded several times, by any thread.
 *
 * @param inputPath where it came from, as the user gave it; null where it came from memory
 * @param pageIndex page or frame of its file, from 0; null where the file is one image
 */
record Frame(@Nullable String inputPath, @Nullable Integer pageIndex, Content content) {}
