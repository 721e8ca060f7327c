// SPDX-License-Identifier: Apache-2.0
package io.sightline.classify;

import io.sightline.config.ClassifyConfig;
import io.sightline.config.ClassifySettings;
import io.sightline.config.ConfigurationException;
import io.sightline.config.ModelOptions;
import io.sightline.config.Problems;
import io.sightline.model.ModelDescriptor;
import io.sightline.schemas.ImageReference;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The classify operator of a job: a {@link ClassifyFunction} with the settings of the async wait
 * operator around it. For jobs of one's own; Sightline's jobs add it in the same way.
 */
public final class Classification {

  private final ClassifyFunction function;
  private final ClassifySettings settings;

  public Classification(ModelDescriptor model, ClassifyConfig config) {
    this.function =
        new ClassifyFunction(
            model,
            config.fetch(),
            config.decode(),
            config.batch(),
            config.classify(),
            config.device());
    this.settings = config.classify();
  }

  /**
   * The classification by a model, with the options by default.
   *
   * @param modelDir its folder: a path, or a URI of any Flink file system
   * @throws ConfigurationException with everything that is wrong with the model
   */
  public static Classification of(String modelDir) throws ConfigurationException {
    return of(modelDir, new Configuration());
  }

  /**
   * The classification by a model.
   *
   * @param modelDir its folder: a path, or a URI of any Flink file system
   * @param options those of the classify job, {@code fetch.*}, {@code decode.*}, {@code model.*},
   *     {@code batch.*}, {@code classify.*} and {@code device.*}; others are passed over
   * @throws ConfigurationException with everything that is wrong with the options and the model
   */
  public static Classification of(String modelDir, Configuration options)
      throws ConfigurationException {
    Configuration withModel = new Configuration(options);
    withModel.set(ModelOptions.DIR, modelDir);
    Problems problems = new Problems();
    ClassifyConfig config = ClassifyConfig.read(withModel, problems);
    ModelDescriptor model = ModelReader.read(config.model(), problems);
    problems.throwIfAny();
    return new Classification(Objects.requireNonNull(model), config);
  }

  /**
   * Adds the operator. Events leave in the order of their references where {@code classify.ordered}
   * says so.
   *
   * @param references each with its {@code id} set
   */
  public SingleOutputStreamOperator<Outcome> applyTo(DataStream<ImageReference> references) {
    int capacity = function.capacity();
    long timeout = settings.timeout().toMillis();
    SingleOutputStreamOperator<Outcome> outcomes =
        settings.ordered()
            ? AsyncDataStream.orderedWait(
                references, function, timeout, TimeUnit.MILLISECONDS, capacity)
            : AsyncDataStream.unorderedWait(
                references, function, timeout, TimeUnit.MILLISECONDS, capacity);
    return settings.parallelism() > 0 ? outcomes.setParallelism(settings.parallelism()) : outcomes;
  }
}
