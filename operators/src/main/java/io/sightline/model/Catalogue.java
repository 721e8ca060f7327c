// SPDX-License-Identifier: Apache-2.0
package io.sightline.model;

import io.sightline.config.NearestKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is published about models, by their names: the 80 image classification models of PaddleX 3,
 * from the table of its documentation ("PaddleX image classification module"). Their accuracy is
 * that on the 50,000 validation images of ImageNet-1k. Thread-safe.
 */
public final class Catalogue {

  private Catalogue() {}

  /** Every model, families together, in the order of PaddleX's table. */
  public static List<PublishedModel> all() {
    return Models.ALL;
  }

  /** The families of the models, and what each is like: a sentence. In the order of the models. */
  public static Map<String, String> families() {
    return ModelFamilies.DESCRIPTIONS;
  }

  /**
   * A model by PaddleX's name of it.
   *
   * @param name {@code PP-LCNet_x1_0}; case counts
   * @return null where nothing is known of such a model
   */
  public static @Nullable PublishedModel find(String name) {
    return Models.BY_NAME.get(name);
  }

  /**
   * The name that a user may have meant by another one, in whatever case; null where none is near.
   */
  public static @Nullable String nearest(String name) {
    String nearest = NearestKey.of(name.toLowerCase(Locale.ROOT), Models.NAMES.keySet());
    return nearest == null ? null : Models.NAMES.get(nearest);
  }

  /**
   * Published top-1 accuracy of a model, as a fraction from 0 to 1.
   *
   * @param name PaddleX's name of it, {@code PP-LCNet_x1_0}; case counts
   * @param classes number of classes of the model at hand: where it is another than that of the
   *     published one, the model was trained for something else, and there is nothing to compare
   * @return null where nothing is known of such a model
   */
  public static @Nullable Double publishedTop1(String name, int classes) {
    PublishedModel model = find(name);
    return model == null || model.classes() != classes ? null : model.top1();
  }

  /** Read when it is first asked for. */
  private static final class Models {

    static final List<PublishedModel> ALL = ModelTable.read();
    static final Map<String, PublishedModel> BY_NAME = new LinkedHashMap<>();

    /** Names by their lower-case forms. */
    static final Map<String, String> NAMES = new LinkedHashMap<>();

    static {
      for (PublishedModel model : ALL) {
        BY_NAME.put(model.name(), model);
        NAMES.put(model.name().toLowerCase(Locale.ROOT), model.name());
      }
    }
  }
}
