// SPDX-License-Identifier: Apache-2.0
package io.sightline.diagnose;

import io.sightline.diagnose.Diagnosis.Tried;
import io.sightline.diagnose.Search.Scored;
import io.sightline.model.ModelDescriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the trials amount to: the findings, the most important first. */
final class Verdict {

  private final ModelDescriptor model;
  private final @Nullable DatasetNames names;
  private final Setup base;
  private final Outcomes outcomes;
  private final ScoreCheck scores;
  private final Search.Result result;
  private final FolderKeys form;

  Verdict(
      ModelDescriptor model,
      Path folder,
      @Nullable DatasetNames names,
      Setup base,
      Outcomes outcomes,
      Search.Result result) {
    this.model = model;
    this.names = names;
    this.base = base;
    this.outcomes = outcomes;
    this.scores = new ScoreCheck(outcomes.shapesAsConfigured());
    this.result = result;
    this.form = FolderKeys.of(folder);
  }

  /**
   * The diagnosis.
   *
   * @param notes what is known already
   */
  Diagnosis diagnosis(int rejected, List<String> notes) {
    List<String> allNotes = new ArrayList<>(notes);
    List<Finding> findings = new ArrayList<>();
    Scored best = result.scored().stream().filter(Scored::isFinding).findFirst().orElse(null);
    Finding accuracy = learnedOrder(best);
    if (accuracy == null && best != null) {
      accuracy = finding(best);
    }
    if (accuracy != null) {
      findings.add(accuracy);
    }
    Change mended = best == null ? Change.of(ClassReading.AS_IT_IS, base) : best.change();
    if (names != null && (accuracy == null || !accuracy.causes().contains(Cause.LABEL_ORDER))) {
      names(names, mended, findings, allNotes);
    }
    int right = Comparison.count(outcomes.correct(mended, 1));
    Finding softmax = scores.find(model.output().activation(), (double) right / outcomes.size());
    if (softmax != null) {
      findings.add(softmax);
    }
    return new Diagnosis(
        outcomes.size(),
        rejected,
        Comparison.count(outcomes.asConfigured()),
        Comparison.count(outcomes.correct(base, ClassReading.AS_IT_IS, Comparison.TOP)),
        scores.meanConfidence(),
        findings,
        result.scored().stream().map(this::tried).toList(),
        result.changes(),
        result.pairs(),
        allNotes);
  }

  private Finding finding(Scored scored) {
    Change change = scored.change();
    List<String> todo = new ArrayList<>(Remedies.of(form, base, change.setup()));
    if (change.readsClasses()) {
      todo.add(change.reading().remedy());
    }
    return new Finding(change.causes(), title(change), todo, scored.comparison(), "");
  }

  private Tried tried(Scored scored) {
    return new Tried(scored.change().causes(), title(scored.change()), scored.comparison());
  }

  private String title(Change change) {
    List<String> parts = new ArrayList<>(Differences.of(base, change.setup()));
    if (change.readsClasses()) {
      parts.add(change.reading().title());
    }
    return String.join("; ", parts);
  }

  /** An order that nobody would guess, where the answers show one and it explains more. */
  private @Nullable Finding learnedOrder(@Nullable Scored best) {
    LearnedOrder learned = LearnedOrder.of(outcomes.bestAsConfigured(), outcomes.labels());
    Comparison comparison =
        Comparison.of(outcomes.asConfigured(), learned.top1(), learned.top5(), result.hypotheses());
    boolean explainsMore = best == null || comparison.net() > best.comparison().net();
    if (!learned.isExchange() || !Scored.isFinding(comparison) || !explainsMore) {
      return null;
    }
    return new Finding(
        List.of(Cause.LABEL_ORDER),
        "the classes are in another order: %d outputs of the graph stand for another class of the data set than their own number"
            .formatted(learned.moved()),
        List.of(
            "write the labels in the graph's order, and number the classes of the data set by it; as the answers show it, "
                + learned.describe(model.labels())),
        comparison,
        "by a table of outputs and classes that was taken from the other half of the images");
  }

  private void names(
      DatasetNames given, Change mended, List<Finding> findings, List<String> notes) {
    int differing = given.differing(model.labels());
    if (differing == 0) {
      return;
    }
    String fact =
        "%s gives %d of %d classes another name than the model does"
            .formatted(DatasetNames.FILE, differing, given.names().size());
    if (!ClassReadings.comparable(model.labels(), given)) {
      notes.add(fact + ": few names are common to both, and their order was not compared");
      return;
    }
    ClassReading byName = new ClassReading("", "", ClassReadings.byNames(model.labels(), given));
    boolean[] named = outcomes.correct(mended.setup(), byName, 1);
    Comparison comparison =
        Comparison.of(
            named,
            outcomes.correct(mended, 1),
            outcomes.correct(mended, Comparison.TOP),
            result.hypotheses());
    if (!Scored.isFinding(comparison)) {
      notes.add(fact);
      return;
    }
    findings.add(
        new Finding(
            List.of(Cause.LABEL_NAMES),
            "the names of the classes are wrong: class ids agree, but %s%s"
                .formatted(fact, NameOrder.describe(model.labels(), given)),
            List.of(Remedies.labels(form), "or correct " + DatasetNames.FILE + " of the data set"),
            comparison,
            "by names instead of class ids"));
  }
}
