// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.config.BatchSettings;
import io.sightline.config.ClassifySettings;
import io.sightline.config.DeviceSettings;
import io.sightline.model.ModelDescriptor;
import java.util.Optional;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * What a TaskManager takes outside its heap when a classify job runs in all of its slots, on CPU
 * and with {@code MALLOC_ARENA_MAX=1}. Immutable.
 *
 * <pre>
 *   PROCESS + slots * (WEIGHTS * weights + RUN * run
 *       + MORE * (run - widest output) * runs at once + batches)
 * </pre>
 *
 * <p>The batches are exact: they are the direct memory of the window. The coefficients were fitted
 * to the resident memory of real TaskManagers, as {@code conf/MEMORY.md} shows. A session takes
 * more than its weights, since some are packed anew for the machine. Its arena never shrinks: the
 * first run of a batch takes its tensors one by one, each later one takes a single block, which
 * lies where the widest tensor of the first was if it is hardly larger, and else elsewhere.
 *
 * @param slots of the TaskManager
 * @param workers of a slot
 * @param images in a full batch
 * @param model what one session and one run take
 * @param bytes of all slots
 */
public record OffHeapNeed(int slots, int workers, int images, ModelMemory model, long bytes) {

  private static final long MEBIBYTE = 1 << 20;

  /** Libraries, their threads, and what decoding images of usual sizes takes. */
  private static final long PROCESS = 112 * MEBIBYTE;

  private static final double WEIGHTS = 1.15;
  private static final double RUN = 1.5;
  private static final double MORE = 1.2;

  /** A setting is a multiple of it. */
  private static final long STEP = 16 * MEBIBYTE;

  /**
   * Computes it for slots as this machine has them.
   *
   * @param classifier that has run a full batch
   * @param slots of the TaskManager
   * @return nothing where it can't be known, as on a GPU
   */
  public static Optional<OffHeapNeed> of(
      Classifier classifier,
      ModelDescriptor model,
      BatchSettings batch,
      ClassifySettings settings,
      DeviceSettings device,
      int slots) {
    SlotPlan plan = SlotPlan.of(model, batch, settings, device, classifier.provider(), slots);
    return classifier.memory().map(memory -> of(plan, memory, slots));
  }

  static OffHeapNeed of(SlotPlan plan, ModelMemory memory, int slots) {
    long more = (memory.runBytes() - memory.widestBytes()) * plan.concurrentRuns();
    long slot =
        Math.round(WEIGHTS * memory.weightBytes() + RUN * memory.runBytes() + MORE * more)
            + plan.batchBytes();
    return new OffHeapNeed(slots, plan.workers(), plan.maxSize(), memory, PROCESS + slots * slot);
  }

  /** The option of Flink's that gives a TaskManager so much, as a line of its configuration. */
  public String setting() {
    return "%s: %dm"
        .formatted(
            TaskManagerOptions.TASK_OFF_HEAP_MEMORY.key(),
            (bytes + STEP - 1) / STEP * STEP / MEBIBYTE);
  }

  /** What is needed, and of what it is made. */
  @Override
  public String toString() {
    return "%d MiB outside its heap for %d %s of %d %s (weights %s MiB, a run of %d images %s MiB)"
        .formatted(
            mebibytes(bytes),
            slots,
            slots == 1 ? "slot" : "slots",
            workers,
            workers == 1 ? "worker" : "workers",
            mebibytes(model.weightBytes()),
            images,
            mebibytes(model.runBytes()));
  }

  /**
   * What to say to a TaskManager that is given less than it needs.
   *
   * @param taskManager its configuration. In a local run its off-heap memory is without bounds;
   *     where none is stated, nothing is said
   */
  Optional<String> warning(ReadableConfig taskManager) {
    return taskManager
        .getOptional(TaskManagerOptions.TASK_OFF_HEAP_MEMORY)
        .map(MemorySize::getBytes)
        .filter(given -> given < bytes)
        .map(
            given ->
                "A TaskManager needs %s, and this one is given %d MiB: its container may be killed for it. Set %s, or lower batch.max-size or classify.workers"
                    .formatted(this, mebibytes(given), setting()));
  }

  private static long mebibytes(long bytes) {
    return Math.round((double) bytes / MEBIBYTE);
  }
}
