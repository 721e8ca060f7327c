// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.job.Sightline;
import io.sightline.local.bench.EvaluateBenchCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The command {@code bench-evaluate}, with few outcomes. */
class EvaluateBenchIT {

  @Test
  void everyOutcomeIsCountedAndTheCheckpointIsSmall() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();

    int code =
        Sightline.commandLine(new EvaluateBenchCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute("bench-evaluate", "--outcomes", "400000", "--rounds", "1");

    // It ends with 1 where a report lacks an outcome, or where a checkpoint has 50 MB.
    assertThat(code).as(out + "\n" + err).isZero();
    assertThat(out.toString())
        .contains("400000 outcomes over 1000 classes")
        .containsPattern(
            "(?m)^ +1 +\\d+ +\\d+\\.\\. *\\d+ +1\\.000 \\(1\\.000\\.\\.1\\.000\\) +\\d+\\.\\d+ MB$")
        .containsPattern("(?m)^ +2 +\\d+ +\\d+\\.\\. *\\d+ +\\d+\\.\\d+ \\(.+\\) +\\d+\\.\\d+ MB$");
  }
}
