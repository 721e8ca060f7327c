// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.schemas.AccuracyReport;
import io.sightline.schemas.EvaluationReport;
import io.sightline.schemas.PublishedReport;
import io.sightline.schemas.RejectionCount;
import io.sightline.schemas.TopKReport;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints the figures of a report that one looks at first. */
final class EvaluationSummary {

  private EvaluationSummary() {}

  static void print(EvaluationReport report, PrintWriter out) {
    out.printf("%nimages      %d%n", report.getImages());
    for (TopKReport top : report.getTopK()) {
      out.printf(
          "%-11s %s%s%n",
          "top-" + top.getK(),
          share(top.getShare(), report.getImages()),
          top.getFewerClasses() ? "; the model has fewer classes" : "");
    }
    Double f1 = report.getMacroAverage().getF1();
    if (f1 != null) {
      out.printf(Locale.ROOT, "%-11s %.4f, mean over the classes%n", "F1", f1);
    }
    Double error = report.getCalibration().getExpectedCalibrationError();
    if (error != null) {
      out.printf(Locale.ROOT, "%-11s %.4f, expected calibration error%n", "ECE", error);
    }
    PublishedReport published = report.getPublished();
    if (published != null) {
      out.printf(
          Locale.ROOT,
          "%-11s %.4f, %+.4f; so many images can show a difference of %.4f%n",
          "published",
          published.getTop1(),
          published.getDifference(),
          published.getSmallestDifference());
    }
    out.printf("%-11s %d%n", "rejected", report.getRejected());
    for (RejectionCount why : report.getRejections()) {
      out.printf("%-11s %d %s/%s%n", "", why.getCount(), why.getStage(), why.getReason());
    }
    out.println();
  }

  private static String share(AccuracyReport share, long images) {
    return share.getAccuracy() == null
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.4f (%d of %d; %.4f to %.4f)",
            share.getAccuracy(),
            share.getHits(),
            images,
            share.getLow(),
            share.getHigh());
  }
}
