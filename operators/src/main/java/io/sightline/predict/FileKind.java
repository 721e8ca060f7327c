// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.fetch.ImageArchive;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What a file is by the ending of its name, in any case. */
enum FileKind {
  IMAGE,
  PDF,
  ARCHIVE,
  LIST,
  /** One that may be an image: its content says so. */
  OTHER;

  /** Those of PaddleX (jpg, png, jpeg, bmp), and of the other formats that are decoded. */
  static final Set<String> IMAGE_ENDINGS =
      new TreeSet<>(Set.of("jpg", "jpeg", "jpe", "png", "bmp", "webp", "tif", "tiff", "gif"));

  private static final Set<String> LIST_ENDINGS = Set.of("txt", "lst", "list");

  static FileKind of(String fileName) {
    String ending = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (IMAGE_ENDINGS.contains(ending)) {
      return IMAGE;
    }
    if (ending.equals(PdfPages.ENDING)) {
      return PDF;
    }
    if (LIST_ENDINGS.contains(ending)) {
      return LIST;
    }
    return ImageArchive.isArchive(fileName) ? ARCHIVE : OTHER;
  }

  static boolean isImage(String fileName) {
    return of(fileName) == IMAGE;
  }
}
