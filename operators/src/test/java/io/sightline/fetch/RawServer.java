// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A loopback server that answers each path as its script says, however hostile. */
final class RawServer implements AutoCloseable {

  /** Writes the answer to one request. */
  interface Script {
    void answer(OutputStream out) throws Exception;
  }

  private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger requests = new AtomicInteger();

  /** Connections that their client has closed. */
  final AtomicInteger gone = new AtomicInteger();

  RawServer() throws IOException {
    start(
        () -> {
          while (true) {
            Socket socket = server.accept();
            sockets.add(socket);
            connections.incrementAndGet();
            start(() -> serve(socket));
          }
        });
  }

  /** Answers with these lines as the header, then the body, and then waits for the next request. */
  String answer(String path, String header, byte[] body) {
    return script(
        path,
        out -> {
          write(out, header);
          out.write(body);
        });
  }

  String script(String path, Script script) {
    scripts.put(path, script);
    return uri(path);
  }

  String uri(String path) {
    return "http://127.0.0.1:" + server.getLocalPort() + path;
  }

  /** Resets every connection that is open, whatever is on its way. */
  void resetConnections() throws IOException {
    for (Socket socket : sockets) {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    }
  }

  /** Waits until the server is closed. */
  void stall() throws InterruptedException {
    closed.await();
  }

  static void write(OutputStream out, String header) throws IOException {
    out.write((header.strip().replace("\n", "\r\n") + "\r\n\r\n").getBytes(ISO_8859_1));
    out.flush();
  }

  private void serve(Socket socket) throws Exception {
    try (socket) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      OutputStream out = socket.getOutputStream();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String path = URI.create(line.split(" ", -1)[1]).getPath();
        while (!line.isEmpty()) {
          line = in.readLine();
        }
        requests.incrementAndGet();
        scripts.get(path).answer(out);
        out.flush();
      }
    } finally {
      gone.incrementAndGet();
    }
  }

  private static void start(ThrowingRunnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // A client that goes away, or a closed server, ends the connection.
              }
            },
            "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
