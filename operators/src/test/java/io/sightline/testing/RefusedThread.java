// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

/** A thread for which the system has no room. */
public final class RefusedThread extends Thread {

  @Override
  public synchronized void start() {
    throw new OutOfMemoryError("unable to create native thread");
  }
}
