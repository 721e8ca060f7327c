// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import io.sightline.config.ClassifyJobConfig;
import io.sightline.config.EvaluateJobConfig;
import io.sightline.config.LabelSettings;
import io.sightline.config.Problems;
import io.sightline.config.RetrySettings;
import io.sightline.config.SinkSettings;
import io.sightline.model.ModelDescriptor;
import io.sightline.sink.KafkaChecks;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tries whether a job could run, and prints one line a check. Starts no job. */
final class ReadinessChecks {

  private final PrintWriter out;
  private final SessionCheck session;
  private final Duration brokerTimeout;
  private boolean failed;

  /** Loads the native libraries and runs the model once. */
  @FunctionalInterface
  interface SessionCheck {

    /**
     * Runs the model.
     *
     * @return what was done, and then what is to be known of it, a sentence each
     * @throws Exception where a library can't be loaded or the model can't be run
     */
    List<String> run(ClassifyJobConfig config, ModelDescriptor model) throws Exception;
  }

  ReadinessChecks(PrintWriter out, SessionCheck session, Duration brokerTimeout) {
    this.out = out;
    this.session = session;
    this.brokerTimeout = brokerTimeout;
  }

  /** Whether every check of a classify job passed. */
  boolean run(ClassifyJobConfig config, ModelDescriptor model) {
    image(config, model);
    brokers("source", checks -> checks.source(config.source()));
    outputs(config);
    RetrySettings retries = config.retries();
    if (retries != null) {
      brokers("retries", checks -> checks.retries(retries.sink(), retries.source(config.source())));
    }
    return end();
  }

  /** Whether every check of an evaluate job passed. */
  boolean run(EvaluateJobConfig config, ModelDescriptor model) {
    ClassifyJobConfig classify = config.classify();
    image(classify, model);
    brokers("source", checks -> checks.source(classify.source()));
    LabelSettings labels = config.labels();
    if (labels != null) {
      brokers("labels", checks -> checks.labels(labels.source(classify.source())));
    }
    outputs(classify);
    output("reports", config.reports(), checks -> checks.reports(config.reports()));
    return end();
  }

  /** Whether every check of an evaluation of a data set passed. */
  boolean runForDataset(EvaluateJobConfig config, ModelDescriptor model, String dataset) {
    image(config.classify(), model);
    ok("dataset", dataset);
    attempt("output", () -> OutputProbe.write(config.reports()));
    return end();
  }

  private void image(ClassifyJobConfig config, ModelDescriptor model) {
    ok("configuration", config.options().size() + " options read, none in conflict");
    ok("model", "%s, fingerprint %s".formatted(model.name(), model.fingerprint()));
    List<String> notes = new ArrayList<>();
    attempt(
        "session",
        () -> {
          List<String> done = session.run(config, model);
          notes.addAll(done.subList(1, done.size()));
          return done.get(0);
        });
    notes.forEach(note -> out.println("        " + note));
  }

  private void outputs(ClassifyJobConfig config) {
    if (config.events().isThere()) {
      output("sink", config.events(), checks -> checks.events(config.events()));
    }
    output("rejections", config.rejections(), checks -> checks.rejections(config.rejections()));
  }

  private boolean end() {
    out.println(failed ? "The job can't run as it is." : "The job can run. Nothing was started.");
    out.flush();
    return !failed;
  }

  private void output(String name, SinkSettings sink, BrokerCheck brokerCheck) {
    if (sink.type() == SinkSettings.Type.FILES) {
      attempt(name, () -> OutputProbe.write(sink));
    } else {
      brokers(name, brokerCheck);
      out.println("        no record was written: that would be seen by consumers");
    }
  }

  private void brokers(String name, BrokerCheck check) {
    Problems problems = new Problems();
    check.run(new KafkaChecks(brokerTimeout, problems, note -> ok(name, note)));
    problems.messages().forEach(problem -> failure(name, problem));
  }

  private void attempt(String name, Attempt attempt) {
    try {
      ok(name, attempt.run());
    } catch (IOException e) {
      failure(name, String.valueOf(e.getMessage()));
    } catch (Exception | LinkageError e) {
      failure(name, e.toString());
    }
  }

  private void ok(String name, String what) {
    out.printf("  ok      %-14s %s%n", name, what);
  }

  private void failure(String name, String why) {
    failed = true;
    out.printf("  FAILED  %-14s %s%n", name, why);
  }

  private interface BrokerCheck {
    void run(KafkaChecks checks);
  }

  private interface Attempt {
    String run() throws Exception;
  }
}
