// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

/**
 * A label in Flink's state. Flink serialises it as a POJO.
 *
 * @param timestamp of the label, in milliseconds since the epoch
 * @param used whether an event has had it
 */
public record HeldLabel(long timestamp, String label, boolean used) {}
