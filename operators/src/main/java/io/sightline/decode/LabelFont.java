// SPDX-License-Identifier: Apache-2.0
package io.sightline.decode;

import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The font of labels in pictures: WenQuanYi Micro Hei, which has Latin, Greek, Cyrillic, Chinese,
 * Japanese and Korean letters, so that pictures are the same on every machine. The jar for a
 * cluster has not got it; there it is the JDK's own sans-serif font. Thread-safe.
 */
public final class LabelFont {

  /** Size in points of {@link #get}; {@link Font#deriveFont(float)} gives any other. */
  private static final float SIZE = 12;

  private static final String FILE = "wqy-microhei.ttc";

  private LabelFont() {}

  /** The font, upright, of 12 points. */
  public static Font get() {
    return Holder.FONT;
  }

  private static Font load() {
    try (InputStream file = LabelFont.class.getResourceAsStream(FILE)) {
      if (file == null) {
        return new Font(Font.SANS_SERIF, Font.PLAIN, (int) SIZE);
      }
      return Font.createFonts(file)[0].deriveFont(SIZE);
    } catch (IOException | FontFormatException e) {
      throw new IllegalStateException("the font " + FILE + " can't be read", e);
    }
  }

  private static final class Holder {
    static final Font FONT = load();
  }
}
