// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.diagnose.Comparison;
import io.sightline.diagnose.Diagnosis;
import io.sightline.diagnose.Diagnosis.Tried;
import io.sightline.diagnose.Finding;
import io.sightline.model.ModelDescriptor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A diagnosis as a tree for programs. */
final class DiagnosisJson {

  private DiagnosisJson() {}

  static Map<String, Object> of(Diagnosis diagnosis, ModelDescriptor model) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", model.name());
    tree.put("fingerprint", model.fingerprint());
    tree.put("images", diagnosis.images());
    tree.put("rejected", diagnosis.rejected());
    tree.put("top1", share(diagnosis.top1(), diagnosis.images()));
    tree.put("top5", share(diagnosis.top5(), diagnosis.images()));
    tree.put("mean_best_score", diagnosis.meanConfidence());
    tree.put("changes_tried", diagnosis.changes());
    tree.put("pairs_tried", diagnosis.pairs());
    tree.put("findings", diagnosis.findings().stream().map(DiagnosisJson::finding).toList());
    tree.put("tried", diagnosis.tried().stream().map(DiagnosisJson::tried).toList());
    tree.put("notes", diagnosis.notes());
    return tree;
  }

  private static Map<String, Object> finding(Finding finding) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("causes", finding.causes().stream().map(DiagnosisJson::name).toList());
    tree.put("title", finding.title());
    tree.put("remedies", finding.remedies());
    Comparison comparison = finding.comparison();
    if (comparison != null) {
      tree.putAll(comparison(comparison));
    }
    tree.put("evidence", finding.evidence());
    return tree;
  }

  private static Map<String, Object> tried(Tried tried) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("causes", tried.causes().stream().map(DiagnosisJson::name).toList());
    tree.put("title", tried.title());
    tree.putAll(comparison(tried.comparison()));
    return tree;
  }

  private static Map<String, Object> comparison(Comparison comparison) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("top1", share(comparison.top1(), comparison.images()));
    tree.put("top5", share(comparison.top5(), comparison.images()));
    tree.put("gained", comparison.gained());
    tree.put("lost", comparison.lost());
    tree.put("p_value", comparison.pValue());
    tree.put("adjusted_p_value", comparison.adjustedPValue());
    return tree;
  }

  private static double share(int hits, int of) {
    return (double) hits / of;
  }

  /** {@code channel-order}. */
  private static String name(Enum<?> cause) {
    return cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
