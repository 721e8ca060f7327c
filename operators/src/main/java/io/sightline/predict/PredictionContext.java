// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing;

/**
 * What the predictions of one stream have in common. Thread-safe.
 *
 * @param names of the files that they are saved in
 */
record PredictionContext(DecodeSettings decode, Preprocessing preprocessing, ResultNames names) {}
