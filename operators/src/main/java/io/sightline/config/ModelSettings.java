// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The checked {@code model.*} options. Immutable.
 *
 * @param dir the model's folder: a path, or a URI of any Flink file system
 * @param name overrides the name in the folder; null leaves it
 * @param version written to every event; null where there is none
 */
public record ModelSettings(String dir, @Nullable String name, @Nullable String version)
    implements Serializable {}
