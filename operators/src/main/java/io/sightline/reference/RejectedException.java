// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

/**
 * Says that one record or image can't be classified, and why. It ends in a rejection, never in a
 * failed task; it has no stack trace, since bad input is no fault of the code.
 */
public final class RejectedException extends Exception {

  private final Reason reason;
  private final int attempts;

  /**
   * @param detail one sentence for a person; secrets of URIs masked
   */
  public RejectedException(Reason reason, String detail) {
    this(reason, detail, 1);
  }

  /**
   * @param attempts how many times the failed step was tried
   */
  public RejectedException(Reason reason, String detail, int attempts) {
    super(detail, null, false, false);
    this.reason = reason;
    this.attempts = attempts;
  }

  public Reason reason() {
    return reason;
  }

  /** One sentence for a person. */
  public String detail() {
    return java.util.Objects.requireNonNull(getMessage());
  }

  public int attempts() {
    return attempts;
  }
}
