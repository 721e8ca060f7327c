// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An image of a folder, and its class where the folder says it. Immutable.
 *
 * @param name path below the folder with forward slashes; unique in the folder's list
 * @param file where it lies; it may be missing or no image at all
 * @param classId from 0; null where the folder has no labels
 */
public record LabelledImage(String name, Path file, @Nullable Integer classId) {}
