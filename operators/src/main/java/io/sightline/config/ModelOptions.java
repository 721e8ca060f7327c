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
                  + " both must see the same content. Default: model.name is looked up in"
                  + " model.repository.");

  public static final ConfigOption<String> NAME =
      ConfigOptions.key("model.name")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Name that events carry. Default: the name in the model's folder. Without model.dir it"
                  + " is one of PaddleX's 80 models (sightline models list) or the name of a folder in"
                  + " model.repository, by default PaddleX's default, PP-LCNet_x1_0. With model.dir, a"
                  + " folder that holds another model than the one of PaddleX's that is named is"
                  + " refused.");

  public static final ConfigOption<String> VERSION =
      ConfigOptions.key("model.version")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Version that events carry. Default: none. Events also carry the model's fingerprint,"
                  + " which can't be wrong.");

  public static final ConfigOption<String> REPOSITORY =
      ConfigOptions.key("model.repository")
          .stringType()
          .defaultValue(ModelSettings.DEFAULT_REPOSITORY)
          .withDescription(
              "Folder with a folder a model, named as the model: where model.name is looked up if"
                  + " model.dir is not set. The default is where PaddleX keeps its own.");

  public static final ConfigOption<ModelSettings.PreprocessingSource> PREPROCESSING =
      ConfigOptions.key("model.preprocessing")
          .enumType(ModelSettings.PreprocessingSource.class)
          .defaultValue(ModelSettings.PreprocessingSource.FOLDER)
          .withDescription(
              "Whose preprocessing is used for a model of the catalogue: the folder's, or the"
                  + " catalogue's, with which its published accuracy was measured. They differ where an"
                  + " older release of PaddleX exported the model.");

  public static final ConfigOption<ModelSettings.ApplySoftmax> APPLY_SOFTMAX =
      ConfigOptions.key("model.apply-softmax")
          .enumType(ModelSettings.ApplySoftmax.class)
          .defaultValue(ModelSettings.ApplySoftmax.AUTO)
          .withDescription(
              "Whether softmax makes scores of the graph's answers: true, false, or auto, which"
                  + " applies it unless the graph ends in softmax or sigmoid.");

  public static final ConfigOption<String> OUTPUT =
      ConfigOptions.key("model.output")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Name of the graph's output that holds the scores. Default: the only one that can.");

  public static final ConfigOption<String> LABEL_MAP =
      ConfigOptions.key("model.label-map")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "YAML or JSON file that gives classes a tag, which events carry as their label name:"
                  + " class ids to tags, or locales to class ids to tags. It is read when the job is"
                  + " submitted. Classes without a tag keep the model's label.");

  public static final ConfigOption<String> LOCALE =
      ConfigOptions.key("model.locale")
          .stringType()
          .noDefaultValue()
          .withDescription("Which tags of model.label-map are used, where it has several locales.");

  private ModelOptions() {}

  static ModelSettings read(OptionReader options) {
    return new ModelSettings(
        options.findText(DIR),
        options.findText(NAME),
        options.find(VERSION),
        options.get(REPOSITORY),
        options.get(PREPROCESSING),
        options.get(APPLY_SOFTMAX),
        options.find(OUTPUT),
        options.find(LABEL_MAP),
        options.find(LOCALE));
  }
}
