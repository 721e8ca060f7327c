// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Free ports of loopback, each held by a socket that is bound and never listens. A server that sets
 * SO_REUSEADDR, as Java's do on Linux, can listen on them, and nobody else is given them: neither
 * in the moment before the first start, nor while the server is down. (A client that connects to a
 * free ephemeral port may otherwise get that very port as its own, and then talks to itself.) The
 * server may be in another process. Not thread-safe.
 */
public final class ReservedPorts implements AutoCloseable {

  private final Map<String, SocketChannel> sockets = new HashMap<>();

  private ReservedPorts() {}

  /** Reserves a free port for each name. */
  public static ReservedPorts of(String... names) throws IOException {
    ReservedPorts ports = new ReservedPorts();
    try {
      for (String name : names) {
        ports.reserve(name, 0);
      }
      return ports;
    } catch (IOException e) {
      ports.close();
      throw e;
    }
  }

  /**
   * Reserves one more port.
   *
   * @param port 0 takes a free one
   * @throws IOException where somebody has the port
   */
  public void reserve(String name, int port) throws IOException {
    SocketChannel socket = SocketChannel.open();
    sockets.put(name, socket);
    socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    socket.bind(new InetSocketAddress(loopback(), port));
  }

  /** 127.0.0.1, also where the JVM prefers IPv6. */
  static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /** {@code 127.0.0.1:port}. */
  String address(String name) {
    return "127.0.0.1:" + port(name);
  }

  /** The port alone. */
  public int port(String name) {
    return Objects.requireNonNull(sockets.get(name), name).socket().getLocalPort();
  }

  @Override
  public void close() {
    for (SocketChannel socket : sockets.values()) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
