// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.dataset.FolderWalk;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images and PDFs in a folder and in all folders below it, in the order of their whole paths:
 * character by character, as PaddleX sorts them. Folders below it that are links are not followed,
 * files that are links are.
 */
final class FolderSource implements FrameSource {

  private final FrameSources sources;
  private final PredictSettings settings;
  private final Iterator<Path> files;
  private @Nullable FrameSource current;

  private FolderSource(FrameSources sources, PredictSettings settings, List<Path> files) {
    this.sources = sources;
    this.settings = settings;
    this.files = files.iterator();
  }

  static FrameSource open(FrameSources sources, Path folder, PredictSettings settings) {
    List<Path> files;
    try {
      files = FolderWalk.find(folder, FolderSource::isInput);
    } catch (IOException e) {
      return FrameSources.rejected(
          folder.toString(),
          new RejectedException(Reason.IO_ERROR, "the folder can't be read: " + e.getMessage()));
    }
    if (files.isEmpty()) {
      return FrameSources.rejected(
          folder.toString(),
          new RejectedException(
              Reason.NOT_FOUND,
              "no image or PDF lies in the folder (%s, pdf)"
                  .formatted(String.join(", ", FileKind.IMAGE_ENDINGS))));
    }
    return new FolderSource(sources, settings, files);
  }

  private static boolean isInput(Path file) {
    FileKind kind = FileKind.of(String.valueOf(file.getFileName()));
    return (kind == FileKind.IMAGE || kind == FileKind.PDF) && Files.isRegularFile(file);
  }

  @Override
  public @Nullable Frame next() {
    while (true) {
      if (current != null) {
        Frame frame = current.next();
        if (frame != null) {
          return frame;
        }
        current.close();
        current = null;
      }
      if (!files.hasNext()) {
        return null;
      }
      Path file = files.next();
      boolean image = FileKind.isImage(String.valueOf(file.getFileName()));
      if (image && settings.frames() == Frames.FIRST) {
        return sources.image(file);
      }
      current = sources.file(file);
    }
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
    }
  }
}
