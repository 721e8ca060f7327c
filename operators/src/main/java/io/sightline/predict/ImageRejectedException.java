// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.reference.Reason;
import io.sightline.reference.Stage;
import org.jspecify.annotations.Nullable;

/** Says that one image can't be predicted, and why. */
public final class ImageRejectedException extends RuntimeException {

  private final Reason reason;
  private final String detail;

  ImageRejectedException(@Nullable String inputPath, ImageRejection rejection) {
    super(
        "%s%s (%s): %s"
            .formatted(
                inputPath == null ? "" : inputPath + ": ",
                rejection.reason().label(),
                rejection.stage().label(),
                rejection.detail()));
    this.reason = rejection.reason();
    this.detail = rejection.detail();
  }

  public Stage stage() {
    return reason.stage();
  }

  public Reason reason() {
    return reason;
  }

  /** One sentence for a person. */
  public String detail() {
    return detail;
  }
}
