// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import java.util.BitSet;
import java.util.Map;

/**
 * How many partitions each topic has that a source reads. Immutable.
 *
 * @param byTopic empty where that is not known
 */
public record SourcePartitions(Map<String, Integer> byTopic) {

  /** Those of topics that can't be asked for. */
  public static final SourcePartitions UNKNOWN = new SourcePartitions(Map.of());

  public SourcePartitions {
    byTopic = Map.copyOf(byTopic);
  }

  /** Those of one topic. */
  public static SourcePartitions of(String topic, int partitions) {
    return new SourcePartitions(Map.of(topic, partitions));
  }

  public boolean areKnown() {
    return !byTopic.isEmpty();
  }

  /**
   * Whether each reader has exactly one of them. Flink begins each topic at the reader that its
   * name hashes to, so partitions of several topics may meet at one while another has none.
   */
  public boolean oneForEach(int readers) {
    BitSet busy = new BitSet(readers);
    int count = 0;
    for (Map.Entry<String, Integer> topic : byTopic.entrySet()) {
      for (int partition = 0; partition < topic.getValue(); partition++) {
        busy.set(reader(topic.getKey(), partition, readers));
        count++;
      }
    }
    return count == readers && busy.cardinality() == readers;
  }

  /**
   * The reader of a partition, as the connector's enumerator has it, which keeps that to itself.
   */
  static int reader(String topic, int partition, int readers) {
    int first = ((topic.hashCode() * 31) & 0x7FFFFFFF) % readers;
    return (first + partition) % readers;
  }
}
