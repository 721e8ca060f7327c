// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands {@code sightline models ...}: what models there are, and what one of them does. */
@Command(
    name = "models",
    description = "Lists, shows, checks and diagnoses models. None of these commands starts a job.",
    mixinStandardHelpOptions = true)
final class ModelsCommand implements Runnable {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field.
  private ModelsCommand() {}

  /** The group with its commands. */
  static CommandLine group() {
    return new CommandLine(new ModelsCommand())
        .addSubcommand(new ModelsListCommand())
        .addSubcommand(new ModelsShowCommand())
        .addSubcommand(new ModelsCheckCommand())
        .addSubcommand(new ModelsDiagnoseCommand());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing");
  }
}
