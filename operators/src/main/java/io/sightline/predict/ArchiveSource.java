// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.decode.ImageFormat;
import io.sightline.fetch.ImageArchive;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The images of an archive, in its order. */
final class ArchiveSource implements FrameSource {

  private final Path path;
  private final PredictSettings settings;
  private final int maxBytes;
  private final ImageArchive archive;
  private @Nullable FrameSource frames;
  private boolean any;

  ArchiveSource(Path path, PredictSettings settings) {
    this.path = path;
    this.settings = settings;
    this.maxBytes = settings.fetch().maxBytes();
    this.archive = ImageArchive.open(path, maxBytes, FileKind::isImage);
  }

  @Override
  public @Nullable Frame next() {
    while (true) {
      if (frames != null) {
        Frame frame = frames.next();
        if (frame != null) {
          return frame;
        }
        frames.close();
        frames = null;
      }
      ImageArchive.Entry entry = archive.next();
      if (entry == null) {
        return any ? null : none();
      }
      any = true;
      RejectedException rejection = entry.rejection();
      if (rejection != null) {
        return FrameSources.frame(entry.name(), rejection);
      }
      byte[] bytes = entry.bytes();
      Content content =
          settings.keepUnpacked()
              ? buffer -> new Content.Encoded(bytes, 0, bytes.length)
              : new HandedContent(bytes, again(entry.index()));
      ImageFormat format = ImageFormat.of(bytes, bytes.length);
      if (settings.frames() == Frames.FIRST || format == null || !format.mayHaveFrames()) {
        return new Frame(entry.name(), null, content);
      }
      frames = PagedFile.open(entry.name(), () -> ImagePages.open(content, settings.decode()));
    }
  }

  private Content again(int index) {
    return buffer -> {
      byte[] bytes = ImageArchive.read(path, index, maxBytes).bytes();
      return new Content.Encoded(bytes, 0, bytes.length);
    };
  }

  private Frame none() {
    any = true;
    return FrameSources.frame(
        path.toString(),
        new RejectedException(
            Reason.NOT_FOUND,
            "the archive has no image (%s)".formatted(String.join(", ", FileKind.IMAGE_ENDINGS))));
  }

  @Override
  public void close() {
    archive.close();
    if (frames != null) {
      frames.close();
    }
  }
}
