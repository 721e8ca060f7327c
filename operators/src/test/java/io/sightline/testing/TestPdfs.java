// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.jspecify.annotations.Nullable;

/** PDFs for tests, written by PDFBox. */
public final class TestPdfs {

  private TestPdfs() {}

  /** A page of one colour for each colour, in points of 1/72 inch. */
  public static byte[] pdf(float width, float height, Color... colours) {
    return write(width, height, 0, null, colours);
  }

  /** The same, turned by a multiple of 90 degrees. */
  public static byte[] turned(float width, float height, int degrees, Color... colours) {
    return write(width, height, degrees, null, colours);
  }

  /** The same, which nobody reads without the password. */
  public static byte[] encrypted(String password, Color... colours) {
    return write(10, 10, 0, password, colours);
  }

  /** A page with a picture of one pixel, whose mask says that it has many. */
  public static byte[] masked(int width, int height) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PDDocument document = new PDDocument()) {
      PDPage page = new PDPage(new PDRectangle(10, 10));
      document.addPage(page);
      PDImageXObject picture =
          LosslessFactory.createFromImage(
              document, new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB));
      COSStream mask = picture.getCOSObject().getCOSStream(COSName.SMASK);
      mask.setInt(COSName.WIDTH, width);
      mask.setInt(COSName.HEIGHT, height);
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.drawImage(picture, 0, 0);
      }
      document.save(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] write(
      float width, float height, int degrees, @Nullable String password, Color... colours) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PDDocument document = new PDDocument()) {
      for (Color colour : colours) {
        PDPage page = new PDPage(new PDRectangle(width, height));
        page.setRotation(degrees);
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
          content.setNonStrokingColor(colour);
          content.addRect(0, 0, width, height);
          content.fill();
        }
      }
      if (password != null) {
        document.protect(new StandardProtectionPolicy(password, password, new AccessPermission()));
      }
      document.save(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
