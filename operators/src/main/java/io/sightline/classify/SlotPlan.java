// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.batch.BatchWindow;
import io.sightline.config.BatchSettings;
import io.sightline.config.ClassifySettings;
import io.sightline.config.DeviceSettings;
import io.sightline.model.ModelDescriptor;

/**
 * How many of what a slot has. Immutable.
 *
 * @param maxSize images in a full batch
 * @param workers threads
 * @param concurrentRuns batches that may run at once
 * @param buffers batches that may be under way at once
 * @param batchBytes direct memory of all buffers
 */
record SlotPlan(int maxSize, int workers, int concurrentRuns, int buffers, long batchBytes) {

  /**
   * Plans a slot of a TaskManager on this machine, whose slots share its cores.
   *
   * @param provider that the session runs on
   */
  static SlotPlan of(
      ModelDescriptor model,
      BatchSettings batch,
      ClassifySettings settings,
      DeviceSettings device,
      Provider provider,
      int slotsOfTaskManager) {
    int maxSize = maxSize(model, batch);
    int share = Runtime.getRuntime().availableProcessors() / Math.max(1, slotsOfTaskManager);
    int workers =
        settings.workers() > 0
            ? settings.workers()
            : Math.max(provider == Provider.CPU ? 1 : 2, share);
    int concurrentRuns = provider == Provider.CPU ? workers : device.concurrentRuns();
    // One more than can be under way: a worker always finds a row or a batch to run.
    int buffers = workers + 1 + (provider == Provider.CPU ? 0 : concurrentRuns);
    return new SlotPlan(
        maxSize,
        workers,
        concurrentRuns,
        buffers,
        BatchWindow.directBytes(maxSize, buffers, model.input().rowBytes()));
  }

  /** Images in a full batch: {@code batch.max-size}, or what the graph fixes. */
  static int maxSize(ModelDescriptor model, BatchSettings batch) {
    return model.input().fixedBatch() > 0 ? model.input().fixedBatch() : batch.maxSize();
  }
}
