// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.diagnose.Comparison;
import io.sightline.diagnose.Diagnosis;
import io.sightline.diagnose.Finding;
import io.sightline.evaluate.Proportion;
import io.sightline.model.Catalogue;
import io.sightline.model.ModelDescriptor;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints a diagnosis for people. */
final class DiagnosisText {

  private static final int TRIED_SHOWN = 5;

  /** Smaller ones are shown as such. */
  private static final double SMALLEST_P = 0.0001;

  private static final String SMALLEST_P_TEXT = "0.0001";

  private DiagnosisText() {}

  static void print(Diagnosis diagnosis, ModelDescriptor model, PrintWriter out) {
    out.printf("%s as configured%n", model.name());
    out.printf("  %-11s %d%n", "images", diagnosis.images());
    out.printf("  %-11s %s%n", "top-1", share(diagnosis.top1(), diagnosis.images()));
    out.printf("  %-11s %s%n", "top-5", share(diagnosis.top5(), diagnosis.images()));
    out.printf(Locale.ROOT, "  %-11s %.4f in the mean%n", "best score", diagnosis.meanConfidence());
    Double published = Catalogue.publishedTop1(model.name(), model.classes());
    if (published != null) {
      out.printf(Locale.ROOT, "  %-11s %.4f top-1%n", "published", published);
    }
    for (String note : diagnosis.notes()) {
      out.printf("  note: %s%n", note);
    }
    out.printf(
        "%nTried %d changes and %d pairs of changes.%n", diagnosis.changes(), diagnosis.pairs());
    if (diagnosis.findings().isEmpty()) {
      out.printf("%nNothing found: no change is better than chance would have it.%n");
    }
    int number = 1;
    for (Finding finding : diagnosis.findings()) {
      print(number++, finding, diagnosis, out);
    }
    tried(diagnosis, out);
    out.flush();
  }

  private static void print(int number, Finding finding, Diagnosis diagnosis, PrintWriter out) {
    out.printf(
        "%n%d. %s: %s%n",
        number,
        String.join(" and ", finding.causes().stream().map(cause -> cause.label()).toList()),
        finding.title());
    Comparison comparison = finding.comparison();
    if (comparison != null) {
      int before = comparison.top1() - comparison.net();
      out.printf(
          Locale.ROOT,
          "   top-1 %.4f -> %.4f%s; %d images gained, %d lost, p %s%n",
          (double) before / comparison.images(),
          (double) comparison.top1() / comparison.images(),
          before == diagnosis.top1()
              ? String.format(
                  Locale.ROOT,
                  ", top-5 %.4f -> %.4f",
                  (double) diagnosis.top5() / diagnosis.images(),
                  (double) comparison.top5() / comparison.images())
              : "",
          comparison.gained(),
          comparison.lost(),
          comparison.adjustedPValue() < SMALLEST_P
              ? "< " + SMALLEST_P_TEXT
              : "= " + probability(comparison.adjustedPValue()));
    }
    if (!finding.evidence().isEmpty()) {
      out.printf("   %s%n", finding.evidence());
    }
    finding.remedies().forEach(remedy -> out.printf("   -> %s%n", remedy));
  }

  private static void tried(Diagnosis diagnosis, PrintWriter out) {
    out.printf("%nThe best of what was tried:%n");
    out.printf("  %7s %7s %7s %7s %8s  %s%n", "TOP-1", "TOP-5", "GAINED", "LOST", "P", "CHANGE");
    diagnosis.tried().stream()
        .limit(TRIED_SHOWN)
        .forEach(
            tried -> {
              Comparison comparison = tried.comparison();
              out.printf(
                  Locale.ROOT,
                  "  %7.4f %7.4f %7d %7d %8s  %s%n",
                  (double) comparison.top1() / comparison.images(),
                  (double) comparison.top5() / comparison.images(),
                  comparison.gained(),
                  comparison.lost(),
                  probability(comparison.adjustedPValue()),
                  tried.title());
            });
    out.printf("P is that of McNemar's exact test, one-sided, corrected for all that was tried.%n");
  }

  private static String share(int hits, int of) {
    Proportion share = new Proportion(hits, of);
    return String.format(
        Locale.ROOT,
        "%.4f (%d of %d; %.4f to %.4f)",
        share.value(),
        hits,
        of,
        share.low(),
        share.high());
  }

  private static String probability(double p) {
    return p < SMALLEST_P ? "< " + SMALLEST_P_TEXT : String.format(Locale.ROOT, "%.4f", p);
  }
}
