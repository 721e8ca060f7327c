// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import io.sightline.schemas.ClassificationEvent;

/**
 * An event that waits for its label, in Flink's state. Flink serialises it as a POJO.
 *
 * @param timestamp of the event, in milliseconds since the epoch
 */
public record WaitingEvent(long timestamp, ClassificationEvent event) {}
