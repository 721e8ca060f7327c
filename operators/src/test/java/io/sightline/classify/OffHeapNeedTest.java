// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.taskexecutor.TaskExecutorResourceUtils;
import org.junit.jupiter.api.Test;

class OffHeapNeedTest {

  private static final long MEBIBYTE = 1 << 20;
  private static final ModelMemory MODEL =
      new ModelMemory(100 * MEBIBYTE, 64 * MEBIBYTE, 32 * MEBIBYTE);

  @Test
  void everySlotHasItsOwnSession() {
    long one = need(1, plan(2)).bytes();
    long two = need(2, plan(2)).bytes();
    long three = need(3, plan(2)).bytes();
    assertThat(three - two).isEqualTo(two - one).isGreaterThan(100 * MEBIBYTE);
    assertThat(one).isGreaterThan(two - one);
  }

  @Test
  void everyRunAtOnceHasItsOwnTensors() {
    assertThat(need(1, plan(3)).bytes() - need(1, plan(2)).bytes())
        .isBetween(32 * MEBIBYTE, 96 * MEBIBYTE);
  }

  @Test
  void batchesAreCountedAsTheyAre() {
    SlotPlan plan = plan(2);
    SlotPlan more =
        new SlotPlan(
            plan.maxSize(),
            plan.workers(),
            plan.concurrentRuns(),
            plan.buffers(),
            plan.batchBytes() + 7);
    assertThat(need(2, more).bytes() - need(2, plan).bytes()).isEqualTo(14);
  }

  @Test
  void theSettingIsEnough() {
    OffHeapNeed need = need(2, plan(1));
    Configuration flink = new Configuration();
    String[] setting = need.setting().split(": ", 2);
    flink.setString(setting[0], setting[1]);
    assertThat(flink.get(TaskManagerOptions.TASK_OFF_HEAP_MEMORY).getBytes())
        .isBetween(need.bytes(), need.bytes() + 16 * MEBIBYTE);
    assertThat(need.warning(flink)).isEmpty();
  }

  @Test
  void tooLittleIsWarnedOfWithWhatIsNeededAndGivenAndToBeSet() {
    OffHeapNeed need = need(2, plan(1));
    Configuration flink = given(MemorySize.ofMebiBytes(256));
    assertThat(need.warning(flink))
        .hasValueSatisfying(
            warning ->
                assertThat(warning)
                    .contains(
                        Math.round((double) need.bytes() / MEBIBYTE)
                            + " MiB outside its heap for 2 slots of 1 worker",
                        "weights 100 MiB, a run of 8 images 64 MiB",
                        "is given 256 MiB",
                        need.setting(),
                        "batch.max-size",
                        "classify.workers"));
    assertThat(need.warning(given(MemorySize.ZERO))).isPresent();
  }

  @Test
  void nothingIsSaidWhereALocalRunHasNoBoundsOrNothingIsKnown() {
    Configuration local = TaskExecutorResourceUtils.adjustForLocalExecution(new Configuration());
    assertThat(need(2, plan(1)).warning(local)).isEmpty();
    assertThat(need(2, plan(1)).warning(new Configuration())).isEmpty();
  }

  private static Configuration given(MemorySize size) {
    return new Configuration().set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, size);
  }

  private static OffHeapNeed need(int slots, SlotPlan plan) {
    return OffHeapNeed.of(plan, MODEL, slots);
  }

  private static SlotPlan plan(int workers) {
    return new SlotPlan(8, workers, workers, workers + 1, 10 * MEBIBYTE);
  }
}
