// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDResources;
import org.jspecify.annotations.Nullable;

/** Looks at the sizes of the pictures on a page of a PDF before they are decoded. */
final class PdfPictures {

  private static final int MAX_DEPTH = 16;
  private static final List<COSName> MASKS = List.of(COSName.SMASK, COSName.MASK);

  private PdfPictures() {}

  /**
   * Looks at the pictures of a page, and of the forms on it.
   *
   * @throws RejectedException where one has more pixels
   */
  static void requireAtMost(@Nullable PDResources resources, long maxPixels)
      throws RejectedException {
    if (resources != null) {
      look(
          resources.getCOSObject(),
          maxPixels,
          Collections.newSetFromMap(new IdentityHashMap<>()),
          0);
    }
  }

  private static void look(
      COSDictionary resources, long maxPixels, Set<COSDictionary> seen, int depth)
      throws RejectedException {
    COSDictionary objects = resources.getCOSDictionary(COSName.XOBJECT);
    if (objects == null || depth == MAX_DEPTH || !seen.add(objects)) {
      return;
    }
    for (COSName name : objects.keySet()) {
      COSBase object = objects.getDictionaryObject(name);
      if (!(object instanceof COSDictionary dictionary)) {
        continue;
      }
      requireAtMost(dictionary, maxPixels);
      for (COSName mask : MASKS) { // PDFBox makes the picture as large as its mask
        if (dictionary.getDictionaryObject(mask) instanceof COSDictionary masking) {
          requireAtMost(masking, maxPixels);
        }
      }
      COSDictionary inner = dictionary.getCOSDictionary(COSName.RESOURCES);
      if (inner != null) {
        look(inner, maxPixels, seen, depth + 1);
      }
    }
  }

  private static void requireAtMost(COSDictionary picture, long maxPixels)
      throws RejectedException {
    long pixels = (long) picture.getInt(COSName.WIDTH, 0) * picture.getInt(COSName.HEIGHT, 0);
    if (pixels > maxPixels) {
      throw new RejectedException(
          Reason.TOO_MANY_PIXELS,
          "a picture of %d pixels on the page exceeds decode.max-pixels (%d)"
              .formatted(pixels, maxPixels));
    }
  }
}
