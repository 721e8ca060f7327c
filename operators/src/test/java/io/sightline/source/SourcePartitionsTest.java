// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumerator;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SourcePartitionsTest {

  private static final List<String> TOPICS = List.of("images", "camera-north", "camera-south", "z");

  @Test
  void aPartitionGoesToTheReaderThatTheConnectorGivesItTo() throws Exception {
    Method owner =
        KafkaSourceEnumerator.class.getDeclaredMethod(
            "getSplitOwner", TopicPartition.class, int.class);
    owner.setAccessible(true);
    for (String topic : TOPICS) {
      for (int readers = 1; readers < 6; readers++) {
        for (int partition = 0; partition < 7; partition++) {
          assertThat(SourcePartitions.reader(topic, partition, readers))
              .isEqualTo(owner.invoke(null, new TopicPartition(topic, partition), readers));
        }
      }
    }
  }

  @Test
  void aTopicOfAsManyPartitionsAsReadersHasOneForEach() {
    for (String topic : TOPICS) {
      assertThat(SourcePartitions.of(topic, 3).oneForEach(3)).isTrue();
      assertThat(SourcePartitions.of(topic, 2).oneForEach(3)).isFalse();
      assertThat(SourcePartitions.of(topic, 6).oneForEach(3)).isFalse();
    }
    assertThat(SourcePartitions.UNKNOWN.oneForEach(1)).isFalse();
  }

  @Test
  void topicsThatBeginAtTheSameReaderLeaveAnotherIdle() {
    SourcePartitions both = new SourcePartitions(Map.of("camera-north", 1, "camera-south", 1));
    assertThat(both.oneForEach(2)).isFalse();
    SourcePartitions apart = new SourcePartitions(Map.of("lane-1", 1, "lane-2", 1));
    assertThat(apart.oneForEach(2)).isTrue();
  }
}
