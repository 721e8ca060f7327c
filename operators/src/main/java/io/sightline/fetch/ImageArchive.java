// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The images of a tar, tar.gz or zip file, one after the other in the order in which they lie in
 * the file. Nothing is written to a disk, and one image is in memory at a time. Not thread-safe.
 *
 * <p>What others have packed is not trusted. Entries that are no images are passed over without
 * being read where the format lets them; an entry that is a link, whose name is absolute or has
 * {@code ..}, that is encrypted, or that is larger than allowed is a rejection, and the next one
 * follows. An archive that breaks off, or that unpacks to more than {@value #MAX_RATIO} times its
 * size and a gigabyte, gives what came before, and then one rejection.
 */
public final class ImageArchive implements AutoCloseable {

  /** Between an archive and an entry in what names an image, as in the URIs of jar files. */
  public static final String SEPARATOR = "!/";

  static final int MAX_RATIO = 100;

  private static final long FREE_BYTES = 1L << 30;
  private static final Set<String> ENDINGS = Set.of(".tar", ".tar.gz", ".tgz", ".zip");

  private final String name;
  private final int maxBytes;
  private final Predicate<String> isImage;
  private @Nullable ArchiveReader reader;
  private @Nullable RejectedException failure;
  private int index = -1;

  private ImageArchive(String name, int maxBytes, Predicate<String> isImage) {
    this.name = name;
    this.maxBytes = maxBytes;
    this.isImage = isImage;
  }

  /** Whether a file's name ends as an archive's does. */
  public static boolean isArchive(String fileName) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith);
  }

  /**
   * Opens an archive. One that can't be opened is an archive whose only entry is a rejection.
   *
   * @param maxBytes of the largest image that is read
   * @param isImage which entries are images, by their names
   */
  public static ImageArchive open(Path file, int maxBytes, Predicate<String> isImage) {
    return open(file, maxBytes, isImage, FREE_BYTES + MAX_RATIO * file.toFile().length());
  }

  static ImageArchive open(Path file, int maxBytes, Predicate<String> isImage, long maxUnpacked) {
    ImageArchive archive = new ImageArchive(file.toString(), maxBytes, isImage);
    try {
      archive.reader = ArchiveReader.open(file, maxUnpacked);
    } catch (NoSuchFileException e) {
      archive.failure = new RejectedException(Reason.NOT_FOUND, "the file does not exist");
    } catch (IOException | RuntimeException e) {
      archive.failure =
          Files.isReadable(file)
              ? archive.broken(e)
              : new RejectedException(Reason.FORBIDDEN, "the file may not be read");
    }
    return archive;
  }

  /**
   * One image.
   *
   * @param name the archive's, {@value #SEPARATOR}, the entry's; the archive's alone where the rest
   *     of it can't be read
   * @param index of the entry among all entries of the archive, from 0; -1 where it is the archive
   * @param bytes empty where it was rejected
   * @param rejection why it has no bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Entry(
      String name, int index, byte[] bytes, @Nullable RejectedException rejection) {}

  /** The next image, or rejection; null after the last. */
  public @Nullable Entry next() {
    return next(0);
  }

  /**
   * The image with an index, which was given before.
   *
   * @throws RejectedException where it is not there any more
   */
  public static Entry read(Path file, int index, int maxBytes) throws RejectedException {
    try (ImageArchive archive = open(file, maxBytes, name -> true)) {
      Entry entry = archive.next(index);
      RejectedException why = entry == null ? null : entry.rejection();
      if (why != null) {
        throw why;
      }
      if (entry == null || entry.index() != index) {
        throw new RejectedException(Reason.NOT_FOUND, "the entry is not in the archive any more");
      }
      return entry;
    }
  }

  private @Nullable Entry next(int from) {
    ArchiveReader open = reader;
    RejectedException broken = failure;
    if (broken != null) {
      failure = null;
      return new Entry(name, -1, new byte[0], broken);
    }
    if (open == null) {
      return null;
    }
    try {
      while (open.next()) {
        index++;
        if (index >= from && !open.isFolder() && isPicture(open.name())) {
          return entry(open);
        }
      }
      return null;
    } catch (IOException | RuntimeException e) { // libraries throw what they please at bad input
      close();
      return new Entry(name, -1, new byte[0], broken(e));
    }
  }

  /** Not what macOS packs beside each file. */
  private boolean isPicture(String entry) {
    String file = entry.substring(entry.lastIndexOf('/') + 1);
    return isImage.test(entry) && !file.startsWith("._") && !entry.startsWith("__MACOSX/");
  }

  private Entry entry(ArchiveReader open) throws IOException {
    String full = name + SEPARATOR + open.name();
    RejectedException refused = refused(open);
    if (refused != null) {
      return new Entry(full, index, new byte[0], refused);
    }
    byte[] bytes;
    try {
      bytes = open.read(maxBytes + 1L);
    } catch (UnpackedTooMuchException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (!open.goesOn()) {
        throw e;
      }
      return new Entry(
          full,
          index,
          new byte[0],
          new RejectedException(Reason.INCOMPLETE, "the entry can't be read: " + e.getMessage()));
    }
    if (bytes.length > maxBytes) {
      refused = tooLarge(bytes.length);
    } else if (bytes.length == 0) {
      refused = new RejectedException(Reason.EMPTY_CONTENT, "the entry is empty");
    }
    return new Entry(full, index, refused == null ? bytes : new byte[0], refused);
  }

  private @Nullable RejectedException refused(ArchiveReader open) {
    if (leadsOut(open.name())) {
      return new RejectedException(
          Reason.UNSAFE_ENTRY, "the name of the entry is absolute or has ..");
    }
    if (!open.isFile()) {
      return new RejectedException(Reason.UNSAFE_ENTRY, "the entry is a link, or no plain file");
    }
    if (open.isEncrypted()) {
      return new RejectedException(Reason.FORBIDDEN, "the entry is encrypted");
    }
    return open.size() > maxBytes ? tooLarge(open.size()) : null;
  }

  private RejectedException tooLarge(long bytes) {
    return new RejectedException(
        Reason.TOO_LARGE, "%d bytes exceed fetch.max-bytes (%d)".formatted(bytes, maxBytes));
  }

  private static boolean leadsOut(String entry) {
    String unix = entry.replace('\\', '/');
    return unix.startsWith("/")
        || unix.matches("[A-Za-z]:.*")
        || Arrays.asList(unix.split("/")).contains("..");
  }

  private RejectedException broken(Exception e) {
    if (e instanceof UnpackedTooMuchException) {
      return new RejectedException(Reason.TOO_LARGE, String.valueOf(e.getMessage()));
    }
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new RejectedException(
        Reason.CORRUPT_ARCHIVE,
        index < 0
            ? "the archive can't be read: " + what
            : "the archive can't be read after its entry %d: %s".formatted(index, what));
  }

  @Override
  public void close() {
    ArchiveReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }
}
