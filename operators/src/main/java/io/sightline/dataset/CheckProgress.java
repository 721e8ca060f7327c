// SPDX-License-Identifier: Apache-2.0
package io.sightline.dataset;

/** Hears how far the check of a data set is, on the thread that called it. */
@FunctionalInterface
public interface CheckProgress {

  /** So many image files of all were looked at; the last call has all. */
  void checked(int done, int of);
}
