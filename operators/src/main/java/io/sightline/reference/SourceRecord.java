// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import org.jspecify.annotations.Nullable;

/**
 * One record as it was read from the source, before anything looked into it. Flink serialises it as
 * a POJO. The arrays are not copied: nobody writes to them.
 *
 * @param topic Kafka topic; null where the source is not Kafka
 * @param partition Kafka partition; -1 where the source is not Kafka
 * @param offset Kafka offset; -1 where the source is not Kafka
 * @param timestamp the record's own timestamp in milliseconds since the epoch; negative where it
 *     has none
 * @param key Kafka key
 * @param value the record; null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copied by nobody
public record SourceRecord(
    @Nullable String topic,
    int partition,
    long offset,
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value) {}
