// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The {@code model.*} options. */
public final class ModelOptions {

  public static final ConfigOption<String> DIR =
      ConfigOptions.key("model.dir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder of the model: a path, or a URI of any Flink file system. It is read when the"
                  + " job is submitted and again by every TaskManager, which keeps one local copy;"
                  + " both must see the same content. Required.");

  public static final ConfigOption<String> NAME =
      ConfigOptions.key("model.name")
          .stringType()
          .noDefaultValue()
          .withDescription("Name that events carry. Default: the name in the model's folder.");

  public static final ConfigOption<String> VERSION =
      ConfigOptions.key("model.version")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Version that events carry. Default: none. Events also carry the model's fingerprint,"
                  + " which can't be wrong.");

  private ModelOptions() {}

  static ModelSettings read(OptionReader options) {
    return new ModelSettings(options.required(DIR), options.find(NAME), options.find(VERSION));
  }
}
