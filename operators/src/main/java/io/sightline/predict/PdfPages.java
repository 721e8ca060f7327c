// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import io.sightline.config.DecodeSettings;
import io.sightline.decode.DecodedImage;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.rendering.PDFRenderer;

/**
 * The pages of a PDF, drawn by Apache PDFBox at the zoom of PaddleX: 2.0, which is 144 pixels an
 * inch, on white. Their sizes are rounded up, as PaddleX's library does.
 */
final class PdfPages implements Pages {

  static final String ENDING = "pdf";

  private static final float ZOOM = 2;
  private static final int MAX_PAGES = 10_000;
  private static final int QUARTER = 90;
  private static final int MAX_ARRAY_PIXELS = Integer.MAX_VALUE / 3;

  private final PDDocument document;
  private final PDFRenderer renderer;
  private final DecodeSettings settings;

  private PdfPages(PDDocument document, DecodeSettings settings) {
    this.document = document;
    this.renderer = new PDFRenderer(document);
    this.settings = settings;
    renderer.setSubsamplingAllowed(true); // large pictures are read as small as they are drawn
  }

  static Pages open(Path file, DecodeSettings settings) throws RejectedException {
    if (Files.notExists(file)) {
      throw new RejectedException(Reason.NOT_FOUND, "the file does not exist");
    }
    if (!Files.isReadable(file)) {
      throw new RejectedException(Reason.FORBIDDEN, "the file may not be read");
    }
    return open(() -> Loader.loadPDF(file.toFile()), settings);
  }

  static Pages open(byte[] bytes, DecodeSettings settings) throws RejectedException {
    return open(() -> Loader.loadPDF(bytes), settings);
  }

  private interface Source {
    PDDocument load() throws IOException;
  }

  private static Pages open(Source source, DecodeSettings settings) throws RejectedException {
    PDDocument document;
    try {
      document = source.load();
    } catch (InvalidPasswordException e) {
      throw new RejectedException(Reason.FORBIDDEN, "the PDF needs a password");
    } catch (IOException | RuntimeException | StackOverflowError e) { // at broken documents
      throw new RejectedException(
          Reason.MALFORMED_HEADER, "the PDF can't be read: " + e.getMessage());
    }
    PdfPages pages = new PdfPages(document, settings);
    int count = pages.claimed();
    if (count < 1 || count > MAX_PAGES) {
      pages.close();
      throw new RejectedException(
          Reason.MALFORMED_HEADER,
          "the PDF has %d pages; 1 to %d are read".formatted(count, MAX_PAGES));
    }
    return pages;
  }

  private int claimed() {
    try {
      return document.getNumberOfPages();
    } catch (RuntimeException e) {
      return 0;
    }
  }

  @Override
  public int count() {
    return document.getNumberOfPages();
  }

  @Override
  public DecodedImage decode(int index) throws RejectedException {
    try {
      PDPage page = document.getPage(index);
      PDRectangle box = page.getCropBox();
      boolean lying = page.getRotation() / QUARTER % 2 != 0;
      double width = Math.ceil((lying ? box.getHeight() : box.getWidth()) * ZOOM);
      double height = Math.ceil((lying ? box.getWidth() : box.getHeight()) * ZOOM);
      requireSize(width, height);
      PdfPictures.requireAtMost(page.getResources(), settings.maxPixels());
      return draw(index, (int) width, (int) height);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new RejectedException(
          Reason.CORRUPT_IMAGE, "page %d can't be drawn: %s".formatted(index, e.getMessage()));
    }
  }

  private void requireSize(double width, double height) throws RejectedException {
    if (!(width >= 1 && height >= 1)) {
      throw new RejectedException(
          Reason.MALFORMED_HEADER, "the page has %.0f x %.0f pixels".formatted(width, height));
    }
    if (width * height > settings.maxPixels() || width * height > MAX_ARRAY_PIXELS) {
      throw new RejectedException(
          Reason.TOO_MANY_PIXELS,
          "%.0f x %.0f pixels exceed decode.max-pixels (%d)"
              .formatted(width, height, settings.maxPixels()));
    }
  }

  private DecodedImage draw(int index, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setBackground(Color.WHITE);
      graphics.clearRect(0, 0, width, height);
      renderer.renderPageToGraphics(index, graphics, ZOOM);
    } finally {
      graphics.dispose();
    }
    byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    return DecodedImage.ofBgr(pixels, width, height);
  }

  @Override
  public void close() {
    try {
      document.close();
    } catch (IOException e) {
      // nothing was written
    }
  }
}
