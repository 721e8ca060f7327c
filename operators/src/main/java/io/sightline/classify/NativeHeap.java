// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory from which native libraries allocate. */
final class NativeHeap {

  private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

  private NativeHeap() {}

  /**
   * Gives what libraries have freed back to the system; they hold on to it else. To open a session
   * takes the weights several times over, to keep it once.
   *
   * <p>Asks the JVM for {@code System.trim_native_heap}, which it has since 17.0.9, on Linux with
   * glibc; elsewhere nothing happens.
   */
  static void trim() {
    try {
      Object unused =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "systemTrimNativeHeap",
                  new Object[] {},
                  new String[] {});
    } catch (JMException | RuntimeException e) {
      LOG.debug("The JVM can't give native memory back", e);
    }
  }
}
