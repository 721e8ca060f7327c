// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import io.sightline.job.Sightline;
import io.sightline.local.bench.BenchCommand;
import io.sightline.local.bench.EvaluateBenchCommand;
import io.sightline.local.cluster.ClusterCommand;
import io.sightline.local.demo.DemoCommand;

/** The main class of {@code deploy/bin/sightline}: the command line, with what is local only. */
final class LocalMain {

  private LocalMain() {}

  public static void main(String[] args) {
    System.exit(
        Sightline.commandLine(
                new BenchCommand(),
                new EvaluateBenchCommand(),
                new DemoCommand(),
                ClusterCommand.group())
            .execute(args));
  }
}
