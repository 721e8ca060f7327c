// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the classify job is configured by. Immutable; {@link #toString} shows no secrets.
 *
 * @param retries where references go whose store is down; null where they go nowhere
 * @param flink Flink's own options, with this job's defaults filled in; it holds none of the
 *     options of Sightline, so that no secret of theirs shows up in Flink's web interface
 * @param options every option with the value that it came to, for display
 */
public record ClassifyJobConfig(
    String jobName,
    SourceSettings source,
    FetchSettings fetch,
    DecodeSettings decode,
    ModelSettings model,
    BatchSettings batch,
    ClassifySettings classify,
    DeviceSettings device,
    SinkSettings events,
    SinkSettings rejections,
    @Nullable RetrySettings retries,
    Configuration flink,
    List<ResolvedOption> options) {

  public ClassifyJobConfig {
    flink = new Configuration(flink);
    options = List.copyOf(options);
  }

  @Override
  public String toString() {
    return "ClassifyJobConfig" + options;
  }

  /** A copy: changes to it do not reach this object. */
  @Override
  public Configuration flink() {
    return new Configuration(flink);
  }

  /** The settings of all sinks, by the prefix of their options without the last dot. */
  public Map<String, SinkSettings> sinks() {
    Map<String, SinkSettings> sinks = new HashMap<>();
    sinks.put("sink", events);
    sinks.put("rejections", rejections);
    if (retries != null) {
      sinks.put("retries", retries.sink());
    }
    return sinks;
  }

  /** The part of the classify operator. */
  public ClassifyConfig operator() {
    return new ClassifyConfig(fetch, decode, model, batch, classify, device);
  }

  /**
   * Reads a configuration that a program has put together.
   *
   * @see #read(ResolvedConfiguration, Problems)
   */
  public static ClassifyJobConfig read(Configuration configuration, Problems problems) {
    return read(ResolvedConfiguration.of(configuration), problems);
  }

  /**
   * Reads and checks a configuration. What is wrong is added to the problems, all of it; a value
   * that can't be used is replaced by its default, so that other checks can go on. Where there is a
   * problem the result must not be run.
   */
  public static ClassifyJobConfig read(ResolvedConfiguration resolved, Problems problems) {
    FlinkConfiguration flink = FlinkConfiguration.read(resolved, OptionCatalog.CLASSIFY, problems);
    OptionReader options = new OptionReader(resolved, problems);
    String jobName = options.getText(JobOptions.NAME);
    SourceSettings source =
        SourceOptions.read(options, jobName, options.bytes(RejectionOptions.MAX_RAW_BYTES));
    ClassifyConfig operator = ClassifyConfig.read(options, ClassifyOptions::read);
    SinkSettings events = SinkOptions.read(options, source, jobName);
    SinkSettings rejections = RejectionOptions.read(options, source, events, jobName);
    RetrySettings retries = RetryOptions.read(options, source, events, jobName);

    ClassifyJobConfig config =
        operator.job(
            jobName, source, events, rejections, retries, flink, options, OptionCatalog.CLASSIFY);
    ClassifyCombinations combinations = new ClassifyCombinations(config, resolved, problems);
    combinations.check();
    combinations.checkRetries(retries);
    SinkCombinations sinks = new SinkCombinations(resolved, flink.configuration(), problems);
    sinks.check("sink", events).check("rejections", rejections);
    if (retries != null) {
      sinks.check("retries", retries.sink()).checkRecordSize("retries", retries.sink());
    }
    sinks.checkRecordSize("sink", events).checkRecordSize("rejections", rejections);
    sinks.checkSource(source);
    sinks.checkRejectionSize(rejections, source.maxRawBytes());
    return config;
  }
}
