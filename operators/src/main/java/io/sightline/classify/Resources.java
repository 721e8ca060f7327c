// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import org.jspecify.annotations.Nullable;

/** Closes what the operator holds. */
final class Resources {

  private Resources() {}

  /** Closes all in this order, whatever fails; null is skipped. */
  static void closeAll(@Nullable AutoCloseable... resources) {
    RuntimeException problem = null;
    for (AutoCloseable resource : resources) {
      try {
        if (resource != null) {
          resource.close();
        }
      } catch (Exception e) {
        if (problem == null) {
          problem = new IllegalStateException("the classify operator could not be closed", e);
        } else {
          problem.addSuppressed(e);
        }
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
