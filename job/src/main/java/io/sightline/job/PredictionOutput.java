// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.predict.ImageRejection;
import io.sightline.predict.Prediction;
import io.sightline.predict.PredictionSaver;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints and saves predictions as they come, and says how far they are. */
final class PredictionOutput {

  private static final long NANOS_BETWEEN = 2_000_000_000;

  /** What a shell reports of a program that wrote into a closed pipe: 128 + SIGPIPE. */
  private static final int CLOSED_PIPE = 141;

  private final OutputFormat format;
  private final PredictionSaver saver;
  private final PrintWriter out;
  private final PrintWriter err;
  private final long start = System.nanoTime();
  private long shown = start;
  private long images;
  private long rejected;
  private boolean closed;

  PredictionOutput(OutputFormat format, PredictionSaver saver, PrintWriter out, PrintWriter err) {
    this.format = format;
    this.saver = saver;
    this.out = out;
    this.err = err;
  }

  void add(Prediction prediction) {
    images++;
    ImageRejection rejection = prediction.rejection().orElse(null);
    if (rejection == null) {
      out.println(format == OutputFormat.JSON ? prediction.json() : prediction);
      saver.save(prediction);
      closed = isBroken();
    } else {
      rejected++;
      err.println(line(prediction, rejection));
      err.flush();
    }
    showProgress();
  }

  /** Picocli's writer does not hear of the errors of the stream that it writes to. */
  @SuppressWarnings("SystemOut")
  private boolean isBroken() {
    return out.checkError() || System.out.checkError();
  }

  private static String line(Prediction prediction, ImageRejection rejection) {
    return "%s%s REJECTED %s/%s: %s"
        .formatted(
            prediction.inputPath() == null ? "an image" : prediction.inputPath(),
            prediction.pageIndex() == null ? "" : " page " + prediction.pageIndex(),
            rejection.stage().label(),
            rejection.reason().label(),
            rejection.detail());
  }

  private void showProgress() {
    long now = System.nanoTime();
    if (now - shown >= NANOS_BETWEEN) {
      shown = now;
      printCounts("%8d images, %.1f images/s%n", images, images / ((now - start) / 1e9));
    }
  }

  private void printCounts(String format, Object... arguments) {
    err.printf(Locale.ROOT, format, arguments);
    err.flush();
  }

  /** Whether nobody reads any more. */
  boolean isClosed() {
    return closed;
  }

  /** Waits until all is saved; the exit code. */
  int finish() {
    long unreadable = saver.finish();
    if (closed) {
      return CLOSED_PIPE;
    }
    if (rejected > 0) {
      printCounts("%d of %d images were rejected.%n", rejected, images);
    }
    if (unreadable > 0) {
      printCounts("%d of %d results could not be saved.%n", unreadable, images - rejected);
    }
    boolean failed = rejected > 0 || unreadable > 0;
    if (!failed && shown != start) {
      double seconds = (System.nanoTime() - start) / 1e9;
      printCounts("%8d images, %.1f images/s%n", images, images / seconds);
    }
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }
}
