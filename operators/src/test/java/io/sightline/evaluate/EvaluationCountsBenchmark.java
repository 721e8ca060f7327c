// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Outcomes that one thread counts in a second, and whole counts that it merges or writes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class EvaluationCountsBenchmark {

  private static final int OUTCOMES = 10_000;

  @Param({"10", "1000"})
  private int classes;

  private List<Prediction> outcomes;
  private EvaluationCounts counts;
  private EvaluationCounts sum;

  @Setup(Level.Trial)
  public void predict() {
    outcomes = Prediction.random(new SplittableRandom(1), OUTCOMES, classes, 5);
  }

  @Setup(Level.Iteration)
  public void count() {
    CountingRules rules = CountingRules.of(classes);
    counts = Prediction.count(rules, outcomes);
    sum = new EvaluationCounts(rules);
  }

  @Benchmark
  @OperationsPerInvocation(OUTCOMES)
  public EvaluationCounts add() {
    for (Prediction outcome : outcomes) {
      counts.add(outcome.label(), outcome.classIds(), outcome.scores());
    }
    return counts;
  }

  @Benchmark
  public EvaluationCounts merge() {
    sum.merge(counts);
    return sum;
  }

  @Benchmark
  public ByteBuffer write() throws Exception {
    return counts.toState().toByteBuffer();
  }
}
