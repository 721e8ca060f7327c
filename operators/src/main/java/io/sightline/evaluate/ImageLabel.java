// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/**
 * A label that came by itself. Flink serialises it as a POJO.
 *
 * @param referenceId of the image that it is for
 * @param label class id or label name
 */
public record ImageLabel(String referenceId, String label) {}
