// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.ModelSettings.ApplySoftmax;
import io.sightline.decode.Preprocessing;
import org.jspecify.annotations.Nullable;

/**
 * What a model's folder and options say of its graph, which the graph itself must bear out.
 *
 * @param preprocessing null where it could not be read
 * @param preprocessingSource the file and key that it is from, for messages
 * @param classes number of labels; 0 where they could not be read
 * @param labelsSource the file and key that they are from, for messages
 * @param multiLabel whether the folder says that an image has any number of classes
 * @param applySoftmax the user's word, or the folder's where the user has none
 * @param output name of the output that holds the scores; null where the graph is asked for it
 */
record GraphExpectations(
    @Nullable Preprocessing preprocessing,
    String preprocessingSource,
    int classes,
    String labelsSource,
    boolean multiLabel,
    ApplySoftmax applySoftmax,
    @Nullable String output) {}
