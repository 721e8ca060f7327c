// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Serves the images by HTTP on loopback, each answer {@value #DELAY_MILLIS} ms after its request.
 */
final class ImageServer implements AutoCloseable {

  private static final int DELAY_MILLIS = 20;

  private final Images images;
  private final HttpServer server;
  private final ExecutorService threads;

  ImageServer(Images images) throws IOException {
    this.images = images;
    this.threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "bench-image-server");
              thread.setDaemon(true);
              return thread;
            });
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** URI of an image by its index. */
  String uri(int index) {
    return "http://127.0.0.1:%d/%d".formatted(server.getAddress().getPort(), index);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      TimeUnit.MILLISECONDS.sleep(DELAY_MILLIS);
      byte[] image = images.get(Integer.parseInt(exchange.getRequestURI().getPath().substring(1)));
      exchange.sendResponseHeaders(200, image.length);
      exchange.getResponseBody().write(image);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
