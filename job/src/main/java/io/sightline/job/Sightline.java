// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code sightline}: runs and inspects image classification jobs. */
@Command(
    name = "sightline",
    description = "Classifies images with ONNX models as Apache Flink jobs.",
    mixinStandardHelpOptions = true,
    version = "sightline 0.1.0-SNAPSHOT",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The command did what it was asked to do.",
      "1:The job or a check failed, or brokers and topics are not as the job needs them.",
      "2:The command line or the configuration is wrong. Nothing was started."
    })
public final class Sightline implements Runnable {

  /** For one answer of a broker, when a job is submitted or checked. */
  private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field.
  private Sightline() {}

  /**
   * Runs a command, for {@code flink run} and Flink's web interface. It never ends the JVM, which
   * may be Flink's own.
   *
   * @throws IllegalStateException where the command failed; it has said why on standard error
   */
  public static void main(String[] args) {
    int code = commandLine().execute(args);
    if (code != ExitCode.OK) {
      throw new IllegalStateException("sightline ended with exit code " + code);
    }
  }

  /**
   * The whole command line.
   *
   * @param moreCommands further subcommands: objects of classes that are annotated with {@link
   *     Command}
   * @return a command line whose {@code execute} returns the exit code
   */
  public static CommandLine commandLine(Object... moreCommands) {
    ClassifyCommand classify =
        new ClassifyCommand(ClassifyJob::define, SessionProbe::run, BROKER_TIMEOUT);
    EvaluateCommand evaluate =
        new EvaluateCommand(EvaluateJob::define, SessionProbe::run, BROKER_TIMEOUT);
    return withCommands(
        Stream.concat(
                Stream.of(
                    classify,
                    evaluate,
                    new CheckDatasetCommand(),
                    new PredictCommand(),
                    new SplitDatasetCommand(),
                    ModelsCommand.group()),
                Stream.of(moreCommands))
            .toArray());
  }

  static CommandLine withCommands(Object... commands) {
    CommandLine line = new CommandLine(new Sightline());
    for (Object command : commands) {
      line.addSubcommand(command);
    }
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              PrintWriter err = command.getErr();
              err.println("sightline %s failed:".formatted(command.getCommandName()));
              failure.printStackTrace(err);
              err.flush();
              return ExitCode.FAILED;
            });
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing");
  }
}
