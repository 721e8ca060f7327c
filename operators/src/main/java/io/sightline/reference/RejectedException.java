// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import io.sightline.schemas.ImageReference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says that one record or image can't be classified, and why. It ends in a rejection, never in a
 * failed task; it has no stack trace, since bad input is no fault of the code.
 */
public class RejectedException extends Exception {

  private final Reason reason;
  private final int attempts;
  private final transient @Nullable ImageReference known;

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
    this(reason, detail, attempts, null);
  }

  RejectedException(Reason reason, String detail, int attempts, @Nullable ImageReference known) {
    super(detail, null, false, false);
    this.reason = reason;
    this.attempts = attempts;
    this.known = known;
  }

  public Reason reason() {
    return reason;
  }

  /** One sentence for a person. */
  public String detail() {
    return Objects.requireNonNull(getMessage());
  }

  public int attempts() {
    return attempts;
  }

  /**
   * What a record that did not parse says of itself all the same, with any field null; null where
   * nothing could be read, and at every stage after parse.
   */
  public @Nullable ImageReference known() {
    return known;
  }
}
