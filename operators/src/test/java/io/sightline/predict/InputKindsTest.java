// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static io.sightline.predict.Listed.BLUE;
import static io.sightline.predict.Listed.GREEN;
import static io.sightline.predict.Listed.RED;
import static io.sightline.predict.Listed.WHITE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sightline.decode.DecodedImage;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestArchives;
import io.sightline.testing.TestGifs;
import io.sightline.testing.TestImages;
import io.sightline.testing.TestPdfs;
import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Scalar;

/** What every kind of input lists, and the colours of what it lists. */
@Timeout(60)
class InputKindsTest {

  private static final byte[] RED_PNG = TestImages.solid(".png", 8, 6, 255, 0, 0);
  private static final byte[] GREEN_BMP = TestImages.solid(".bmp", 8, 6, 0, 255, 0);
  private static final byte[] BLUE_TIFF = TestImages.tiff(solid(255, 0, 0), solid(255, 255, 255));
  private static final byte[] GIF =
      TestGifs.gif(
          TestGifs.Frame.of(0, 0, 9, 9, TestGifs.RED),
          TestGifs.Frame.of(0, 0, 9, 9, TestGifs.GREEN),
          TestGifs.Frame.of(0, 0, 9, 9, TestGifs.BLUE),
          TestGifs.Frame.of(0, 0, 9, 9, TestGifs.WHITE));
  private static final byte[] PDF = TestPdfs.pdf(10, 7.3f, Color.RED, Color.GREEN, Color.BLUE);

  private static final PredictSettings FIRST = PredictSettings.defaults();
  private static final PredictSettings ALL = FIRST.withFrames(Frames.ALL);

  @TempDir Path folder;

  @Test
  void everyPageOfAPdfIsAnImage() throws IOException {
    Path file = write("three.pdf", PDF);
    for (PredictSettings settings : List.of(FIRST, ALL)) {
      assertThat(list(settings, Input.of(file)))
          .containsExactly(
              new Listed("three.pdf", 0, RED),
              new Listed("three.pdf", 1, GREEN),
              new Listed("three.pdf", 2, BLUE));
    }
  }

  @Test
  void aPageIsDrawnAtTwiceItsSizeAndTurned() throws Exception {
    assertThat(size(write("upright.pdf", PDF))).containsExactly(20, 15);
    byte[] turned = TestPdfs.turned(10, 30, 90, Color.RED);
    assertThat(size(write("turned.pdf", turned))).containsExactly(60, 20);
  }

  @Test
  void aPdfThatCantBeReadIsOneRejectionWithTheReason() throws IOException {
    write("a.pdf", "no pdf".getBytes(UTF_8));
    write("b.pdf", TestPdfs.encrypted("secret", Color.RED));
    write("c.pdf", TestPdfs.pdf(20_000, 20_000, Color.RED));
    write("d.pdf", new byte[0]);
    write("e.pdf", TestPdfs.masked(30_000, 30_000));
    assertThat(list(FIRST, Input.of(folder)))
        .containsExactly(
            new Listed("a.pdf", null, "malformed-header"),
            new Listed("b.pdf", null, "forbidden"),
            new Listed("c.pdf", 0, "too-many-pixels"),
            new Listed("d.pdf", null, "malformed-header"),
            new Listed("e.pdf", 0, "too-many-pixels"));
    assertThat(list(FIRST, Input.of(folder.resolve("none.pdf"))))
        .containsExactly(new Listed("none.pdf", null, "not-found"));
  }

  @Test
  void theFirstFrameOrAllOfThemAreImages() throws IOException {
    write("four.gif", GIF);
    write("two.tif", BLUE_TIFF);
    assertThat(list(FIRST, Input.of(folder)))
        .containsExactly(new Listed("four.gif", null, RED), new Listed("two.tif", null, BLUE));
    assertThat(list(ALL, Input.of(folder)))
        .containsExactly(
            new Listed("four.gif", 0, RED),
            new Listed("four.gif", 1, GREEN),
            new Listed("four.gif", 2, BLUE),
            new Listed("four.gif", 3, WHITE),
            new Listed("two.tif", 0, BLUE),
            new Listed("two.tif", 1, WHITE));
    assertThat(list(ALL, Input.of(GIF))).extracting(Listed::page).containsExactly(0, 1, 2, 3);
    assertThat(list(ALL, Input.of(RED_PNG))).containsExactly(new Listed(null, null, RED));
  }

  @Test
  void aFrameIsLoadedAgainAfterItsFileWasClosed() throws Exception {
    Path file = write("four.gif", GIF);
    try (FrameSources sources = new FrameSources(ALL)) {
      FrameSource source = sources.open(List.of(Input.of(file)));
      List<Frame> frames = Listed.frames(source);
      for (Frame frame : frames) {
        Listed.what(frame);
      }
      source.close();
      assertThat(Listed.what(frames.get(2))).isEqualTo(BLUE);
      Files.write(file, TestGifs.gif(TestGifs.Frame.of(0, 0, 9, 9, TestGifs.RED)));
      assertThat(Listed.what(frames.get(2))).isEqualTo("not-found");
    }
  }

  @Test
  void aFolderIsListedWithAllBelowItInTheOrderOfWholePaths() throws IOException {
    for (String name : List.of("b.PNG", "a/z.png", "a/b/c.jpeg", "a-b/x.png", "B.bmp", "ä.jpg")) {
      write(name, RED_PNG);
    }
    write("a/notes.txt", "b.PNG".getBytes(UTF_8));
    write("a/shard.tar", TestArchives.tar(Map.of("x.png", RED_PNG)));
    write("c.pdf", TestPdfs.pdf(5, 5, Color.GREEN));
    assertThat(list(FIRST, Input.of(folder)))
        .extracting(Listed::name)
        .containsExactly("B.bmp", "a-b/x.png", "a/b/c.jpeg", "a/z.png", "b.PNG", "c.pdf", "ä.jpg");
  }

  @Test
  void aFolderThatIsALinkIsListedUnderItsOwnName() throws IOException {
    write("photos/b.png", RED_PNG);
    write("photos/a/c.png", RED_PNG);
    write("elsewhere/d.png", RED_PNG);
    Files.createSymbolicLink(folder.resolve("photos/e"), folder.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("photos"));
    assertThat(list(FIRST, Input.of(link)))
        .containsExactly(
            new Listed("link/a/c.png", null, RED), new Listed("link/b.png", null, RED));
  }

  @Test
  void imagesInArchivesAreNamedByTheArchiveAndTheEntry() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("z/red.png", RED_PNG);
    files.put("a/four.gif", GIF);
    files.put("../out.png", RED_PNG);
    files.put("readme.txt", RED_PNG);
    write("some.tar", TestArchives.tar(files));
    write("some.tgz", TestArchives.gzip(TestArchives.tar(files)));
    write("some.zip", TestArchives.zip(files));
    for (String name : List.of("some.tar", "some.tgz", "some.zip")) {
      assertThat(list(FIRST, Input.of(folder.resolve(name))))
          .containsExactly(
              new Listed(name + "!/z/red.png", null, RED),
              new Listed(name + "!/a/four.gif", null, RED),
              new Listed(name + "!/../out.png", null, "unsafe-entry"));
      assertThat(list(ALL, Input.of(folder.resolve(name))))
          .hasSize(6)
          .contains(
              new Listed(name + "!/a/four.gif", 3, WHITE),
              new Listed(name + "!/z/red.png", null, RED));
    }
  }

  @Test
  void anImageInAnArchiveIsLoadedAgain() throws Exception {
    Path file = write("some.zip", TestArchives.zip(Map.of("a.png", RED_PNG)));
    try (FrameSources sources = new FrameSources(FIRST);
        FrameSource source = sources.open(List.of(Input.of(file)))) {
      Frame frame = Listed.frames(source).get(0);
      assertThat(Listed.what(frame)).isEqualTo(RED);
      assertThat(Listed.what(frame)).isEqualTo(RED);
    }
  }

  @Test
  void aListNamesPathsRelativeToItAndWhateverElseCanBeGiven() throws IOException {
    Path red = write("images/red one.png", RED_PNG);
    write("images/green.bmp", GREEN_BMP);
    write("images/three.pdf", PDF);
    write("more/blue.tif", BLUE_TIFF);
    Path list =
        write(
            "images/val.txt",
            String.join(
                    "\n",
                    "red one.png 3",
                    "",
                    "  green.bmp  ",
                    red.toString(),
                    red.toUri().toString(),
                    "three.pdf",
                    "../more",
                    "missing.png 7",
                    "val.txt")
                .getBytes(UTF_8));
    assertThat(list(FIRST, Input.of(list)))
        .containsExactly(
            new Listed("images/red one.png", null, RED),
            new Listed("images/green.bmp", null, GREEN),
            new Listed("images/red one.png", null, RED),
            new Listed("images/red one.png", null, RED),
            new Listed("images/three.pdf", 0, RED),
            new Listed("images/three.pdf", 1, GREEN),
            new Listed("images/three.pdf", 2, BLUE),
            new Listed("images/../more/blue.tif", null, BLUE),
            new Listed("images/missing.png 7", null, "not-found"),
            new Listed("images/val.txt", null, "unsupported-format"));
  }

  @Test
  void aListThatIsNoTextOrEmptyIsARejection() throws IOException {
    write("a.txt", "\n \n".getBytes(UTF_8));
    write("b.txt", new byte[] {(byte) 0xFF, (byte) 0xFE, 'a', '\n'});
    for (String name : List.of("a.txt", "b.txt")) {
      assertThat(list(FIRST, Input.of(folder.resolve(name))))
          .containsExactly(new Listed(name, null, "io-error"));
    }
  }

  @Test
  void standardInputIsAnImageAPdfOrAList() throws IOException {
    Path red = write("red.png", RED_PNG);
    assertThat(list(FIRST, new ByteArrayInputStream(GREEN_BMP), Input.of("-")))
        .containsExactly(new Listed("-", null, GREEN));
    assertThat(list(ALL, new ByteArrayInputStream(GIF), Input.of("-")))
        .extracting(Listed::page)
        .containsExactly(0, 1, 2, 3);
    assertThat(list(FIRST, new ByteArrayInputStream(PDF), Input.of("-")))
        .extracting(Listed::what)
        .containsExactly(RED, GREEN, BLUE);
    String lines = red + "\n" + red + "\n";
    assertThat(list(FIRST, new ByteArrayInputStream(lines.getBytes(UTF_8)), Input.of("-")))
        .containsExactly(new Listed("red.png", null, RED), new Listed("red.png", null, RED));
    assertThat(list(FIRST, InputStream.nullInputStream(), Input.of("-")))
        .containsExactly(new Listed("-", null, "io-error"));
  }

  @Test
  void urisAreFetchedAndWhatTheyHideIsNotShown() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Map<String, byte[]> files = Map.of("/red.png", RED_PNG, "/three.pdf", PDF, "/four.gif", GIF);
    server.createContext(
        "/",
        exchange -> {
          byte[] file = files.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(file == null ? 404 : 200, file == null ? -1 : file.length);
          if (file != null) {
            exchange.getResponseBody().write(file);
          }
          exchange.close();
        });
    server.start();
    try {
      String root = "http://localhost:" + server.getAddress().getPort();
      List<Input> inputs =
          List.of(
              Input.of(URI.create(root + "/red.png?signature=secret")),
              Input.of(root + "/three.pdf"),
              Input.of(root + "/four.gif"),
              Input.of(root + "/none.png"),
              Input.of("gopher://localhost/x.png"),
              Input.of("http://local host/x.png"));
      assertThat(list(ALL, inputs.toArray(Input[]::new)))
          .containsExactly(
              new Listed(root + "/red.png?signature=***", null, RED),
              new Listed(root + "/three.pdf", 0, RED),
              new Listed(root + "/three.pdf", 1, GREEN),
              new Listed(root + "/three.pdf", 2, BLUE),
              new Listed(root + "/four.gif", 0, RED),
              new Listed(root + "/four.gif", 1, GREEN),
              new Listed(root + "/four.gif", 2, BLUE),
              new Listed(root + "/four.gif", 3, WHITE),
              new Listed(root + "/none.png", null, "not-found"),
              new Listed("gopher://localhost/x.png", null, "scheme-not-allowed"),
              new Listed("http://local host/x.png", null, "malformed-uri"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsNotThereIsARejectionInItsPlace() throws IOException {
    Files.createDirectory(folder.resolve("empty"));
    write("words.csv", "a,b\n".getBytes(UTF_8));
    Path red = write("red", RED_PNG);
    assertThat(
            list(
                FIRST,
                Input.of(folder.resolve("none.png").toString()),
                Input.of(folder.resolve("none.txt")),
                Input.of(folder.resolve("none.zip")),
                Input.of(folder.resolve("empty")),
                Input.of(folder.resolve("words.csv")),
                Input.of(red)))
        .containsExactly(
            new Listed("none.png", null, "not-found"),
            new Listed("none.txt", null, "not-found"),
            new Listed("none.zip", null, "not-found"),
            new Listed("empty", null, "not-found"),
            new Listed("words.csv", null, "unsupported-format"),
            new Listed("red", null, RED));
    assertThat(detail(Input.of(folder.resolve("empty"))))
        .isEqualTo(
            "no image or PDF lies in the folder"
                + " (bmp, gif, jpe, jpeg, jpg, png, tif, tiff, webp, pdf)");
    assertThat(detail(Input.of(folder.resolve("none.png")))).isEqualTo("the file does not exist");
    assertThat(detail(Input.of(folder.resolve("words.csv"))))
        .startsWith("the content is none of JPEG, PNG, WebP, BMP, GIF and TIFF (4 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "a.pdf", "a.tar.gz", "a.txt", "-", "http://localhost/a.zip"})
  void whatMayHoldSeveralImagesIsNotPredictedAsOne(String input) {
    try (FrameSources sources = new FrameSources(FIRST)) {
      assertThatThrownBy(() -> sources.single(Input.of(input)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("may hold several images: use predictAll");
    }
  }

  private static int[] size(Path pdf) throws Exception {
    try (Pages pages = PdfPages.open(pdf, FIRST.decode());
        DecodedImage page = pages.decode(0)) {
      return new int[] {page.width(), page.height()};
    }
  }

  private static Mat solid(int b, int g, int r) {
    return new Mat(6, 8, CvType.CV_8UC3, new Scalar(b, g, r));
  }

  private Path write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private List<Listed> list(PredictSettings settings, Input... inputs) {
    return list(settings, InputStream.nullInputStream(), inputs);
  }

  private List<Listed> list(PredictSettings settings, InputStream in, Input... inputs) {
    try (FrameSources sources = new FrameSources(settings, in);
        FrameSource source = sources.open(Arrays.asList(inputs))) {
      return Listed.all(source, folder);
    }
  }

  private static String detail(Input input) {
    try (FrameSources sources = new FrameSources(FIRST);
        FrameSource source = sources.open(List.of(input))) {
      Frame frame = Listed.frames(source).get(0);
      try {
        Listed.load(frame).close();
        throw new AssertionError("it was not rejected");
      } catch (RejectedException e) {
        return e.detail();
      }
    }
  }
}
