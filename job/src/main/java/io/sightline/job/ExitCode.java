// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

/** What a command tells the shell. */
final class ExitCode {

  static final int OK = 0;

  /** The job failed, a check failed, or brokers and topics are not as the job needs them. */
  static final int FAILED = 1;

  /** The command line or the configuration is wrong; nothing was started. */
  static final int BAD_CONFIGURATION = 2;

  private ExitCode() {}
}
