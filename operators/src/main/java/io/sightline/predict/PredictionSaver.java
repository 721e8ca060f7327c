// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.LabelledPicture;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Saves the predictions of one stream on threads of its own. Names are given in the order in which
 * predictions are handed over: they do not depend on the number of threads. Used by one thread.
 *
 * <p>A target that is a file takes the first prediction; those after it are written beside it, as
 * {@code name-2.json}, {@code name-3.json} and so on.
 *
 * <p>An image that can no longer be read, as it must be to be saved, does not keep the others from
 * being saved; whatever else goes wrong ends it.
 */
public final class PredictionSaver implements AutoCloseable {

  /** Predictions a thread that may wait to be saved. */
  private static final int WAITING = 4;

  private final List<Target> targets = new ArrayList<>();
  private final ExecutorService threads;
  private final int waiting;
  private final Semaphore places;
  private final Consumer<ImageRejectedException> onUnreadable;
  private final AtomicLong unreadable = new AtomicLong();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  /**
   * A saver to as many places as are not null.
   *
   * @param json where JSON objects go: a file if its name ends with {@code .json}, else a folder
   * @param images where annotated images go: a file if its name ends as a picture's, else a folder
   * @param inputs folder of what the model saw
   * @param workers threads that save, at least 1
   * @param onUnreadable hears of each image that can no longer be read, on a thread that saves
   * @throws IllegalArgumentException where a target is a folder by its name, and a file on the disk
   */
  public PredictionSaver(
      @Nullable Path json,
      @Nullable Path images,
      @Nullable Path inputs,
      int workers,
      Consumer<ImageRejectedException> onUnreadable) {
    this.onUnreadable = onUnreadable;
    addTarget(json, ".json", Prediction::saveToJson);
    if (images != null) {
      String name = ResultFiles.nameOf(images);
      ResultFiles.requireWritablePicture(images);
      addTarget(
          images,
          LabelledPicture.canWrite(name) ? ResultNames.ending(name) : null,
          Prediction::saveToImage);
    }
    addTarget(inputs, null, Prediction::saveInput);
    threads =
        Executors.newFixedThreadPool(
            workers,
            work -> {
              Thread thread = new Thread(work, "sightline-save");
              thread.setDaemon(true);
              return thread;
            });
    waiting = Math.multiplyExact(WAITING, workers);
    places = new Semaphore(waiting);
  }

  private void addTarget(@Nullable Path path, @Nullable String fileEnding, Writer writer) {
    if (path == null) {
      return;
    }
    boolean isFile = fileEnding != null && ResultFiles.hasEnding(path, fileEnding);
    if (!isFile && Files.exists(path) && !Files.isDirectory(path)) {
      throw new IllegalArgumentException(path + " is a file, and by its name it would be a folder");
    }
    targets.add(new Target(path, isFile ? new ResultNames() : null, writer));
  }

  /**
   * Saves a prediction that was not rejected, and blocks while too many wait to be saved.
   *
   * @throws UncheckedIOException where one of those before could not be written
   */
  public void save(Prediction prediction) {
    throwFailure();
    if (targets.isEmpty()) {
      return;
    }
    String unused = prediction.resultName(); // given now, and not to the thread that comes first
    List<Path> paths = targets.stream().map(Target::next).toList();
    places.acquireUninterruptibly();
    threads.execute(
        () -> {
          try {
            write(prediction, paths);
          } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
          } catch (Error e) { // it would end this thread alone
            failure.compareAndSet(null, new IllegalStateException("can't save: " + e, e));
          } finally {
            places.release();
          }
        });
  }

  private void write(Prediction prediction, List<Path> paths) {
    try {
      for (int i = 0; i < paths.size(); i++) {
        targets.get(i).writer().write(prediction, paths.get(i));
      }
    } catch (ImageRejectedException e) {
      unreadable.incrementAndGet();
      onUnreadable.accept(e);
    }
  }

  /**
   * Waits until all is saved.
   *
   * @return how many images could no longer be read
   * @throws UncheckedIOException where something could not be written
   */
  public long finish() {
    places.acquireUninterruptibly(waiting);
    places.release(waiting);
    throwFailure();
    return unreadable.get();
  }

  private void throwFailure() {
    RuntimeException first = failure.get();
    if (first != null) {
      throw first;
    }
  }

  /** Gives the threads up; what waits to be saved still is. */
  @Override
  public void close() {
    threads.shutdown();
  }

  /**
   * One place where predictions are saved.
   *
   * @param names of the files that follow the first; null where the path is a folder
   */
  private record Target(Path path, @Nullable ResultNames names, Writer writer) {

    /** The file of the next prediction, or its folder. */
    Path next() {
      if (names == null) {
        return path;
      }
      String file = ResultFiles.nameOf(path);
      String ending = ResultNames.ending(file);
      return path.resolveSibling(names.next(file, null) + ending);
    }
  }

  private interface Writer {
    Path write(Prediction prediction, Path fileOrFolder);
  }
}
