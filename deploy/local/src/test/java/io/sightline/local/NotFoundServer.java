// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A web server on loopback that has nothing. */
record NotFoundServer(HttpServer server) implements AutoCloseable {

  static NotFoundServer start() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(ReservedPorts.loopback(), 0), 0);
    server.start(); // without a handler it answers 404
    return new NotFoundServer(server);
  }

  String uri(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
