// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/**
 * A variant that is a plain loop on threads of its own, which live as long as it does. CPU time and
 * heap are those of its threads.
 */
final class Loop implements Variant {

  private final String name;
  private final List<Body> bodies;
  private final AutoCloseable resources;
  private final ExecutorService threads;

  /** What one thread does, over and over. Not thread-safe. */
  interface Body extends AutoCloseable {

    /**
     * Does one piece of work.
     *
     * @return images that it finished
     */
    int step() throws Exception;

    @Override
    default void close() {}
  }

  Loop(String name, List<Body> bodies, AutoCloseable resources) {
    this.name = name;
    this.bodies = List.copyOf(bodies);
    this.resources = resources;
    this.threads =
        Executors.newFixedThreadPool(
            bodies.size(),
            work -> {
              Thread thread = new Thread(work, "bench-" + name);
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return bodies.size();
  }

  @Override
  public Work work(Duration duration) throws Exception {
    LongAdder images = new LongAdder();
    LongAdder cpu = new LongAdder();
    LongAdder heap = new LongAdder();
    long started = System.nanoTime();
    long end = started + duration.toNanos();
    List<Future<?>> running = new ArrayList<>();
    for (Body body : bodies) {
      running.add(
          threads.submit(
              () -> {
                long cpuBefore = Meter.threadCpuNanos();
                long heapBefore = Meter.threadHeapBytes();
                long finished = 0;
                while (System.nanoTime() < end) {
                  finished += body.step();
                }
                images.add(finished);
                cpu.add(Meter.threadCpuNanos() - cpuBefore);
                heap.add(Meter.threadHeapBytes() - heapBefore);
                return null;
              }));
    }
    for (Future<?> each : running) {
      each.get();
    }
    return new Work(
        images.sum(), started, System.nanoTime() - started, cpu.sum(), heap.sum(), null);
  }

  @Override
  public void close() throws Exception {
    threads.shutdown();
    bodies.forEach(Body::close);
    resources.close();
  }
}
