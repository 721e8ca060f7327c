// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.ImageFormat;
import io.sightline.fetch.ImageStore;
import io.sightline.fetch.ImageStores;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Uris;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens inputs, whatever they are. What needs the network shares one store, which is opened by the
 * first URI. Thread-safe.
 */
final class FrameSources implements AutoCloseable {

  static final String STANDARD_INPUT = "-";

  /** A scheme of one letter would be a drive of Windows. */
  private static final Pattern URI_START = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

  private final PredictSettings settings;
  private final InputStream standardInput;
  private @Nullable ImageStore store;
  private boolean closed;

  FrameSources(PredictSettings settings) {
    this(settings, System.in);
  }

  FrameSources(PredictSettings settings, InputStream standardInput) {
    this.settings = settings;
    this.standardInput = standardInput;
  }

  /** The images of all inputs, in their order; each input is opened when its turn comes. */
  FrameSource open(Iterable<Input> inputs) {
    return new InputsSource(this, inputs);
  }

  /**
   * The image of an input that is one image.
   *
   * @throws IllegalArgumentException where the input may hold several
   */
  Frame single(Input input) {
    if (input instanceof Content content) {
      return new Frame(null, null, content);
    }
    URI uri = uriOf(input);
    if (uri != null && !isFile(uri)) {
      requireSingle(uri.toString(), FileKind.of(pathOf(uri)));
      return remoteImage(uri);
    }
    Path path = uri == null ? localPath(input) : Path.of(uri);
    requireSingle(
        path.toString(),
        Files.isDirectory(path) ? null : FileKind.of(String.valueOf(path.getFileName())));
    return image(path);
  }

  private static void requireSingle(String name, @Nullable FileKind kind) {
    if (kind == null || (kind != FileKind.IMAGE && kind != FileKind.OTHER)) {
      throw new IllegalArgumentException(
          "%s may hold several images: use predictAll".formatted(Uris.masked(name)));
    }
  }

  private static @Nullable URI uriOf(Input input) {
    if (input instanceof Inputs.Remote remote) {
      return remote.uri();
    }
    return input instanceof Inputs.Named named && isUri(named.text())
        ? URI.create(named.text())
        : null;
  }

  private static Path localPath(Input input) {
    if (input instanceof Inputs.Located located) {
      return located.path();
    }
    String text = ((Inputs.Named) input).text();
    if (text.equals(STANDARD_INPUT)) {
      throw new IllegalArgumentException("standard input may hold several images: use predictAll");
    }
    return Path.of(text);
  }

  /** The images of one input. */
  FrameSource source(Input input) {
    if (input instanceof Content content) {
      return several(null, content);
    }
    if (input instanceof Inputs.Located located) {
      return path(located.path());
    }
    if (input instanceof Inputs.Remote remote) {
      return remote(remote.uri().toString());
    }
    String text = ((Inputs.Named) input).text();
    if (text.equals(STANDARD_INPUT)) {
      return standardInput();
    }
    if (isUri(text)) {
      return remote(text);
    }
    try {
      return path(Path.of(text));
    } catch (InvalidPathException e) {
      return rejected(
          text, new RejectedException(Reason.NOT_FOUND, "it is no path: " + e.getReason()));
    }
  }

  static boolean isUri(String text) {
    return URI_START.matcher(text).matches();
  }

  private static boolean isFile(URI uri) {
    return "file".equalsIgnoreCase(uri.getScheme());
  }

  private static String pathOf(URI uri) {
    return String.valueOf(uri.getPath());
  }

  /** A file or folder, or a list of them. */
  FrameSource path(Path path) {
    if (Files.isDirectory(path)) {
      return FolderSource.open(this, path, settings);
    }
    if (FileKind.of(String.valueOf(path.getFileName())) == FileKind.LIST && Files.exists(path)) {
      try {
        return new ListSource(
            this, path.toString(), path.getParent(), Files.newBufferedReader(path));
      } catch (IOException e) {
        return rejected(
            path.toString(),
            new RejectedException(Reason.IO_ERROR, "the list can't be read: " + e.getMessage()));
      }
    }
    return file(path);
  }

  /** A file that is no list. */
  FrameSource file(Path path) {
    return switch (FileKind.of(String.valueOf(path.getFileName()))) {
      case PDF -> PagedFile.open(path.toString(), () -> PdfPages.open(path, settings.decode()));
      case ARCHIVE -> new ArchiveSource(path, settings);
      case IMAGE, LIST, OTHER -> {
        Frame image = image(path);
        yield settings.frames() == Frames.ALL && mayHaveFrames(path)
            ? several(image.inputPath(), image.content())
            : new OneFrame(image);
      }
    };
  }

  Frame image(Path path) {
    return new Frame(path.toString(), null, new FileContent(path, settings.fetch().maxBytes()));
  }

  private Frame remoteImage(URI uri) {
    return new Frame(Uris.masked(uri.toString()), null, new RemoteContent(uri, this::store));
  }

  FrameSource remote(String text) {
    URI uri;
    try {
      uri = URI.create(text);
      if (isFile(uri)) {
        return path(Path.of(uri));
      }
    } catch (IllegalArgumentException e) {
      return rejected(
          Uris.masked(text), new RejectedException(Reason.MALFORMED_URI, "it is no URI"));
    }
    Frame image = remoteImage(uri);
    if (FileKind.of(pathOf(uri)) == FileKind.PDF) {
      return PagedFile.open(
          Uris.masked(text),
          () -> PdfPages.open(ImagePages.bytes(image.content()), settings.decode()));
    }
    return several(image.inputPath(), image.content());
  }

  /** An image, or all of its frames where they are asked for. */
  FrameSource several(@Nullable String name, Content content) {
    if (settings.frames() == Frames.FIRST
        || content instanceof Inputs.Matrix
        || content instanceof Inputs.Pixels) {
      return new OneFrame(new Frame(name, null, content));
    }
    try {
      byte[] bytes = ImagePages.bytes(content);
      Content handed = new HandedContent(bytes, content);
      ImageFormat format = ImageFormat.of(bytes, bytes.length);
      return format != null && format.mayHaveFrames()
          ? PagedFile.open(name, () -> ImagePages.open(handed, settings.decode()))
          : new OneFrame(new Frame(name, null, handed));
    } catch (RejectedException e) {
      return rejected(name, e);
    }
  }

  private static boolean mayHaveFrames(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] start = in.readNBytes(ImageFormat.SIGNATURE_BYTES);
      ImageFormat format = ImageFormat.of(start, start.length);
      return format != null && format.mayHaveFrames();
    } catch (IOException e) {
      return false; // who reads it says why
    }
  }

  private FrameSource standardInput() {
    return StandardInput.open(this, standardInput, settings);
  }

  FrameSource lines(String name, InputStream in) {
    return new ListSource(
        this,
        name,
        null,
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder())));
  }

  private synchronized ImageStore store() {
    if (closed) {
      throw new IllegalStateException("the classifier is closed");
    }
    if (store == null) {
      store = ImageStores.open(settings.fetch());
    }
    return store;
  }

  static Frame frame(@Nullable String name, RejectedException why) {
    return new Frame(
        name,
        null,
        buffer -> {
          throw why;
        });
  }

  static FrameSource rejected(@Nullable String name, RejectedException why) {
    return new OneFrame(frame(name, why));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (store != null) {
      store.close();
    }
  }
}
