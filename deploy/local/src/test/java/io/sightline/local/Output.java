// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.Rejection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where one job writes, and what a reader sees there that sees only what is committed. */
interface Output {

  /** The options of the job's sinks. */
  Map<String, String> options();

  /** The committed events, once there are as many; all that are there in the end. */
  List<ClassificationEvent> events(int count) throws Exception;

  /** The committed rejections, once there are as many; all that are there in the end. */
  List<Rejection> rejections(int count) throws Exception;

  /** Key of the record that was rejected. */
  static String key(Rejection rejection) {
    return UTF_8.decode(requireNonNull(rejection.getOrigin().getKey()).duplicate()).toString();
  }

  /** Topics that are read with {@code read_committed}. */
  record Kafka(Topics topics, String name) implements Output {

    @Override
    public Map<String, String> options() {
      return Map.of("sink.topic", name + "-events", "rejections.topic", name + "-rejections");
    }

    @Override
    public List<ClassificationEvent> events(int count) throws IOException {
      return topics.events(name + "-events", count);
    }

    @Override
    public List<Rejection> rejections(int count) throws IOException {
      return topics.rejections(name + "-rejections", count);
    }
  }

  /** Folders of Avro container files. */
  record Folders(Path folder) implements Output {

    @Override
    public Map<String, String> options() {
      return Map.of(
          "sink.type",
          "files",
          "sink.path",
          folder.resolve("events").toUri().toString(),
          "rejections.path",
          folder.resolve("rejections").toUri().toString());
    }

    @Override
    public List<ClassificationEvent> events(int count) throws Exception {
      return AvroFiles.await(folder.resolve("events"), ClassificationEvent.class, count);
    }

    @Override
    public List<Rejection> rejections(int count) throws Exception {
      return AvroFiles.await(folder.resolve("rejections"), Rejection.class, count);
    }
  }
}
