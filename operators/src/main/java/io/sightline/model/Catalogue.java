// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is published about models, by their names: the 80 image classification models of PaddleX 3,
 * from the table of its documentation ("PaddleX image classification module"). Their accuracy is
 * that on the 50,000 validation images of ImageNet-1k. Thread-safe.
 */
public final class Catalogue {

  private static final String RESOURCE = "paddlex-models.csv";

  private Catalogue() {}

  private record Entry(int classes, double top1) {}

  /**
   * Published top-1 accuracy of a model, as a fraction from 0 to 1.
   *
   * @param name PaddleX's name of it, {@code PP-LCNet_x1_0}; case counts
   * @param classes number of classes of the model at hand: where it is another than that of the
   *     published one, the model was trained for something else, and there is nothing to compare
   * @return null where nothing is known of such a model
   */
  public static @Nullable Double publishedTop1(String name, int classes) {
    Entry entry = Entries.BY_NAME.get(name);
    return entry == null || entry.classes() != classes ? null : entry.top1();
  }

  /** Read when it is first asked for. */
  private static final class Entries {

    static final Map<String, Entry> BY_NAME = read();

    private static Map<String, Entry> read() {
      Map<String, Entry> entries = new HashMap<>();
      try (BufferedReader lines = open()) {
        boolean heads = true;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("#")) {
            continue;
          }
          if (heads) {
            heads = false;
            continue;
          }
          String[] cells = line.split(",", -1);
          double top1 = Double.parseDouble(cells[2]) / 100;
          entries.put(cells[0], new Entry(Integer.parseInt(cells[1]), top1));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Map.copyOf(entries);
    }

    private static BufferedReader open() {
      InputStream in = Catalogue.class.getResourceAsStream(RESOURCE);
      if (in == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is not on the class path");
      }
      return new BufferedReader(new InputStreamReader(in, UTF_8));
    }
  }
}
