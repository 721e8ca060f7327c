// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.classify.Classifier;
import io.sightline.config.DecodeSettings;
import io.sightline.dataset.LabelledImage;
import io.sightline.model.ModelDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs images through a model in any number of setups, and remembers the answers: nothing is run
 * twice, and an image is decoded once as long as memory allows. A batch holds one image in several
 * setups. Used by one thread; works on several of its own.
 */
final class Trials implements AutoCloseable {

  private final ModelDescriptor model;
  private final Classifier classifier;
  private final List<LabelledImage> images;
  private final DecodeSettings decode;
  private final int workers;
  private final DecodedImages decoded = new DecodedImages();
  private final Map<Setup, Answers> answers = new HashMap<>();
  private final Map<Integer, String> rejections = new ConcurrentHashMap<>();
  private final ExecutorService threads;

  /** Sees how far the work is. Thread-safe. */
  interface Listener {

    /** So many rows of so many are done. */
    void done(int rows, int of);
  }

  /**
   * @param classifier of the model; it stays the caller's
   * @param workers threads that work at once
   */
  Trials(
      ModelDescriptor model,
      Classifier classifier,
      List<LabelledImage> images,
      DecodeSettings decode,
      int workers) {
    this.model = model;
    this.classifier = classifier;
    this.images = List.copyOf(images);
    this.decode = decode;
    this.workers = workers;
    this.threads =
        Executors.newFixedThreadPool(
            workers,
            work -> {
              Thread thread = new Thread(work, "diagnose");
              thread.setDaemon(true);
              return thread;
            });
  }

  List<LabelledImage> images() {
    return images;
  }

  /** Answers in one setup; none where it was not run. */
  Answers answers(Setup setup) {
    return answers.computeIfAbsent(setup, any -> new Answers(images.size()));
  }

  /**
   * Runs images in setups, but for what has been run already.
   *
   * @param indexes of images
   * @throws Exception where the session fails, or an image can't be read
   */
  void run(Collection<Setup> setups, int[] indexes, Listener progress) throws Exception {
    Map<Setup, Answers> wanted = new HashMap<>();
    setups.forEach(setup -> wanted.put(setup, answers(setup)));
    int rows = 0;
    for (Answers each : wanted.values()) {
      for (int index : indexes) {
        rows += each.has(index) ? 0 : 1;
      }
    }
    if (rows == 0) {
      return;
    }
    int total = rows;
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < Math.min(workers, indexes.length); i++) {
      running.add(
          threads.submit(
              () -> {
                try (TrialWorker worker =
                    new TrialWorker(model, classifier, decode, decoded, wanted, rejections)) {
                  for (int at = next.getAndIncrement();
                      at < indexes.length && !failed.get();
                      at = next.getAndIncrement()) {
                    int ran = worker.run(indexes[at], images.get(indexes[at]).file());
                    progress.done(done.addAndGet(ran), total);
                  }
                } catch (Exception | Error e) {
                  failed.set(true);
                  throw e;
                }
                return null;
              }));
    }
    await(running);
  }

  private static void await(List<Future<?>> running) throws Exception {
    Throwable failure = null;
    for (Future<?> each : running) {
      try {
        each.get();
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof Exception exception) {
      throw exception;
    }
  }

  /** Why images were rejected in any setup, by index. */
  Map<Integer, String> rejections() {
    return Map.copyOf(rejections);
  }

  @Override
  public void close() throws InterruptedException {
    threads.shutdownNow();
    // A run in a session can't be interrupted, and uses memory that is freed next.
    while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
      threads.shutdownNow();
    }
    decoded.close();
  }
}
