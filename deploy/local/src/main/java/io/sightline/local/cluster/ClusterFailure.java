// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

/** Something that a command can't do with the cluster as it is; its message says what to do. */
final class ClusterFailure extends Exception {

  ClusterFailure(String message) {
    super(message);
  }

  ClusterFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
