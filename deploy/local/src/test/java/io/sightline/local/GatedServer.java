// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A web server on loopback that answers with the files of a folder, and not before it is opened.
 */
final class GatedServer implements AutoCloseable {

  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger waiting = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path folder;
  private final HttpServer server;

  GatedServer(Path folder) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(ReservedPorts.loopback(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String uri(String file) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + file;
  }

  /** Requests that wait for the gate. */
  int waiting() {
    return waiting.get();
  }

  void open() {
    gate.countDown();
  }

  private void answer(HttpExchange exchange) throws IOException {
    waiting.incrementAndGet();
    try (exchange) {
      gate.await();
      byte[] body =
          Files.readAllBytes(folder.resolve(exchange.getRequestURI().getPath().substring(1)));
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.decrementAndGet();
    }
  }

  @Override
  public void close() {
    gate.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
