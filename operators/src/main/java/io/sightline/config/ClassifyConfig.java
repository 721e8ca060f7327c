// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * What an image meets on its way between source and sinks: the configuration of the classify
 * operator. Immutable.
 */
public record ClassifyConfig(
    FetchSettings fetch,
    DecodeSettings decode,
    ModelSettings model,
    BatchSettings batch,
    ClassifySettings classify,
    DeviceSettings device) {

  /**
   * Reads and checks the configuration of an operator in a job of one's own. Keys of other families
   * than {@code fetch}, {@code decode}, {@code model}, {@code batch}, {@code classify} and {@code
   * device} are passed over, since they may be anybody's. What is wrong is added to the problems,
   * all of it.
   *
   * @param configuration Flink's options among it, of which the checkpoint timeout is looked at
   */
  public static ClassifyConfig read(Configuration configuration, Problems problems) {
    OptionCatalog catalog = OptionCatalog.OPERATOR;
    configuration.keySet().stream()
        .filter(key -> catalog.families().contains(OptionCatalog.family(key)))
        .filter(key -> !catalog.contains(key))
        .sorted()
        .forEach(key -> problems.add(FlinkConfiguration.unknown(key, catalog)));
    ResolvedConfiguration resolved = ResolvedConfiguration.of(configuration);
    OptionReader options = new OptionReader(resolved, problems);
    ClassifyConfig config = read(options, ClassifyOptions::read);
    ClassifyCombinations combinations =
        new ClassifyCombinations(config, null, configuration, resolved, problems);
    combinations.checkOperator();
    combinations.checkNoRetries();
    return config;
  }

  static ClassifyConfig read(
      OptionReader options, Function<OptionReader, ClassifySettings> classify) {
    return new ClassifyConfig(
        FetchOptions.read(options),
        DecodeOptions.read(options),
        ModelOptions.read(options),
        BatchOptions.read(options),
        classify.apply(options),
        DeviceOptions.read(options));
  }

  /**
   * The configuration of a whole job.
   *
   * @param retries null where the job has no retry topic
   */
  ClassifyJobConfig job(
      String name,
      SourceSettings source,
      SinkSettings events,
      SinkSettings rejections,
      @Nullable RetrySettings retries,
      FlinkConfiguration flink,
      OptionReader options,
      OptionCatalog catalog) {
    List<ResolvedOption> shown = new ArrayList<>(options.seen(catalog));
    shown.addAll(flink.shown());
    return new ClassifyJobConfig(
        name,
        source,
        fetch,
        decode,
        model,
        batch,
        classify,
        device,
        events,
        rejections,
        retries,
        flink.configuration(),
        shown);
  }
}
