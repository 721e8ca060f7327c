// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

/**
 * A web server on loopback with an image of one colour for every id. It counts what it is asked
 * for, and can hold answers back or be down. Ids that start with {@code missing} are not found,
 * those with {@code text} are no images. Thread-safe.
 */
final class ColourServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> requests = new ConcurrentHashMap<>();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private volatile boolean down;

  private ColourServer(HttpServer server) {
    this.server = server;
  }

  static ColourServer start() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(ReservedPorts.loopback(), 0), 0);
    ColourServer images = new ColourServer(server);
    server.createContext("/", images::answer);
    server.setExecutor(images.threads);
    server.start();
    return images;
  }

  String uri(String id) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + id;
  }

  /** Forgets all counts, and from now on holds back the answers for these ids. */
  void hold(Collection<String> ids) {
    release();
    requests.clear();
    answers.clear();
    ids.forEach(id -> held.put(id, new CountDownLatch(1)));
  }

  /** Gives all answers that are held back. */
  void release() {
    release(List.copyOf(held.keySet()));
  }

  /** Gives some of the answers that are held back. */
  void release(Collection<String> ids) {
    for (String id : ids) {
      CountDownLatch gate = held.remove(id);
      if (gate != null) {
        gate.countDown();
      }
    }
  }

  /** Answers everything with the status 503, or no more. */
  void down(boolean isDown) {
    down = isDown;
  }

  /** How often an image was asked for. */
  int requests(String id) {
    return requests.getOrDefault(id, 0);
  }

  /** How often an image was given whole. */
  int answers(String id) {
    return answers.getOrDefault(id, 0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String id = exchange.getRequestURI().getPath().substring(1);
      requests.merge(id, 1, Integer::sum);
      if (down) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      CountDownLatch gate = held.get(id);
      if (gate != null) {
        boolean unused = gate.await(60, TimeUnit.SECONDS);
      }
      if (id.startsWith("missing")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body =
          id.startsWith("text") ? "not an image".getBytes(StandardCharsets.UTF_8) : png(id);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      answers.merge(id, 1, Integer::sum);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An image of one colour, which the id decides. */
  static byte[] png(String id) throws IOException {
    BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(id.hashCode() & 0xFFFFFF));
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.shutdownNow();
  }
}
