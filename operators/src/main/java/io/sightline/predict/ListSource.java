// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a list names, line by line: a path or a URI. A line of a PaddleX dataset, {@code path label}
 * with a class id, is its path. Blank lines are passed over. A list may name whatever can be given
 * but another list.
 */
final class ListSource implements FrameSource {

  private static final Pattern LABELLED = Pattern.compile("(.+?)[ \\t]+\\d+");

  private final FrameSources sources;
  private final String name;
  private final @Nullable Path folder;
  private final BufferedReader lines;
  private @Nullable FrameSource current;
  private int number;
  private boolean any;
  private boolean ended;

  /**
   * @param name of the list
   * @param folder that relative paths are relative to; null for the working folder
   */
  ListSource(FrameSources sources, String name, @Nullable Path folder, BufferedReader lines) {
    this.sources = sources;
    this.name = name;
    this.folder = folder;
    this.lines = lines;
  }

  @Override
  public @Nullable Frame next() {
    while (!ended) {
      if (current != null) {
        Frame frame = current.next();
        if (frame != null) {
          any = true;
          return frame;
        }
        current.close();
        current = null;
      }
      try {
        String line = lines.readLine();
        number++;
        if (line == null) {
          ended = true;
        } else if (!line.isBlank()) {
          current = source(line.strip());
        }
      } catch (CharacterCodingException e) {
        return end("the list is not UTF-8 after line " + number);
      } catch (IOException e) {
        return end("the list can't be read after line %d: %s".formatted(number, e.getMessage()));
      }
    }
    return any ? null : end("the list names nothing");
  }

  private Frame end(String why) {
    ended = true;
    any = true;
    return FrameSources.frame(name, new RejectedException(Reason.IO_ERROR, why));
  }

  private FrameSource source(String line) {
    if (FrameSources.isUri(line)) {
      return sources.remote(line);
    }
    Path file;
    try {
      file = resolve(line);
      Matcher labelled = LABELLED.matcher(line);
      if (Files.notExists(file) && labelled.matches()) {
        Path unlabelled = resolve(labelled.group(1));
        file = Files.exists(unlabelled) ? unlabelled : file;
      }
    } catch (InvalidPathException e) {
      return FrameSources.rejected(
          line, new RejectedException(Reason.NOT_FOUND, "it is no path: " + e.getReason()));
    }
    return FileKind.of(String.valueOf(file.getFileName())) == FileKind.LIST
        ? FrameSources.rejected(
            file.toString(),
            new RejectedException(
                Reason.UNSUPPORTED_FORMAT, "a list within a list is not read: give it as an input"))
        : sources.path(file);
  }

  private Path resolve(String line) {
    return folder == null ? Path.of(line) : folder.resolve(line);
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
    }
    try {
      lines.close();
    } catch (IOException e) {
      // it was only read
    }
  }
}
