// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/** The least that a job needs, and what it is read as. */
final class ConfigFixtures {

  private ConfigFixtures() {}

  static Map<String, String> least() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("source.kafka.bootstrap-servers", "broker:9092");
    options.put("source.topics", "references");
    options.put("model.dir", "/models/squeezenet");
    options.put("sink.topic", "events");
    options.put("rejections.topic", "rejections");
    return options;
  }

  /** The least, with these keys and values over it; a value of null takes a key away. */
  static Map<String, String> leastWith(String... keysAndValues) {
    Map<String, String> options = least();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      if (keysAndValues[i + 1] == null) {
        options.remove(keysAndValues[i]);
      } else {
        options.put(keysAndValues[i], keysAndValues[i + 1]);
      }
    }
    return options;
  }

  static ClassifyJobConfig read(Map<String, String> options) {
    Problems problems = new Problems();
    ClassifyJobConfig config = ClassifyJobConfig.read(Configuration.fromMap(options), problems);
    if (!problems.isEmpty()) {
      throw new AssertionError(String.join("\n", problems.messages()));
    }
    return config;
  }

  static List<String> problems(Map<String, String> options) {
    Problems problems = new Problems();
    ClassifyJobConfig.read(Configuration.fromMap(options), problems);
    return problems.messages();
  }
}
