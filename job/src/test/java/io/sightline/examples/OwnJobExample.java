// SPDX-License-Identifier: Apache-2.0
package io.sightline.examples;

import io.sightline.classify.Classification;
import io.sightline.classify.RouteFunction;
import io.sightline.reference.Rejections;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.schemas.ImageReference;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job of one's own that classifies images. */
final class OwnJobExample {

  private OwnJobExample() {}

  static void run(String model, List<String> uris) throws Exception {
    // README: own job
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataStream<ImageReference> references =
        env.fromData(uris).map(uri -> ImageReference.newBuilder().setId(uri).setUri(uri).build());
    SingleOutputStreamOperator<ClassificationEvent> events =
        Classification.of(model).applyTo(references).process(new RouteFunction());
    events.map(event -> event.getUri() + ": " + event.getLabelNames().get(0)).print();
    events.getSideOutput(Rejections.TAG).map(why -> why.getUri() + ": " + why.getReason()).print();
    env.execute("Labels of images");
    // README: end
  }
}
