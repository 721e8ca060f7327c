// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static io.sightline.fetch.FetchTests.copy;
import static io.sightline.fetch.FetchTests.get;
import static io.sightline.fetch.FetchTests.image;
import static io.sightline.fetch.FetchTests.reference;
import static io.sightline.fetch.FetchTests.rejection;
import static io.sightline.fetch.FetchTests.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.reference.Reason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of connections between requests. */
class HttpConnectionsTest {

  private final byte[] bytes = image(1000);
  private RawServer server;
  private ImageStore store;

  @BeforeEach
  void open() throws IOException {
    server = new RawServer();
    store = ImageStores.open(settings());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    server.close();
  }

  @Test
  void aConnectionServesManyImages() throws Exception {
    String uri = ok("/a.jpg");
    String missing = server.answer("/none", "HTTP/1.1 404 No\nContent-Length: 9", new byte[9]);
    for (int i = 0; i < 5; i++) {
      get(fetch(uri)).close();
      rejection(fetch(missing), Reason.NOT_FOUND);
    }
    assertThat(server.requests).hasValue(10);
    assertThat(server.connections).hasValue(1);
  }

  @Test
  void aRequestThatMeetsAClosingConnectionIsSentOnceMore() throws Exception {
    String first = ok("/first.jpg");
    String second =
        server.script(
            "/second.jpg",
            out -> {
              if (server.connections.get() == 1) {
                server.resetConnections();
              } else {
                RawServer.write(out, "HTTP/1.1 200 OK\nContent-Length: " + bytes.length);
                out.write(bytes);
              }
            });
    get(fetch(first)).close();

    try (ImageBytes fetched = get(fetch(second))) {
      assertThat(copy(fetched)).isEqualTo(bytes);
    }
    assertThat(server.connections).hasValue(2);
    assertThat(server.requests).hasValue(3);
  }

  @Test
  void aServerThatAlwaysResetsIsAskedTwiceAndNoMore() throws Exception {
    String uri = server.script("/reset.jpg", out -> server.resetConnections());

    rejection(fetch(uri), Reason.IO_ERROR);
    assertThat(server.requests).hasValue(2);
  }

  private String ok(String path) {
    return server.answer(path, "HTTP/1.1 200 OK\nContent-Length: " + bytes.length, bytes);
  }

  private CompletableFuture<ImageBytes> fetch(String uri) {
    return store.fetch(reference(uri));
  }
}
