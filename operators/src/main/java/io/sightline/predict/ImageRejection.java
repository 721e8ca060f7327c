// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Stage;

/**
 * Why an image has no prediction.
 *
 * @param detail one sentence for a person
 */
public record ImageRejection(Reason reason, String detail) {

  static ImageRejection of(RejectedException why) {
    return new ImageRejection(why.reason(), why.detail());
  }

  public Stage stage() {
    return reason.stage();
  }
}
