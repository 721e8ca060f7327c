// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.sightline.decode.ImageDecoder;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.RowFormat.ElementType;
import io.sightline.decode.RowFormat.Layout;
import io.sightline.local.bench.Loop.Body;
import io.sightline.model.ImageInput;
import io.sightline.model.ModelDescriptor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.Rect;
import org.opencv.core.Scalar;
import org.opencv.core.Size;
import org.opencv.dnn.Dnn;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

/**
 * What a user would write first: imdecode, resize, crop, blobFromImage, one image a run. Its native
 * memory is released, its session has the same options as ours, and its answers are the same.
 */
final class NaiveLoops {

  private static final String DECODE_PREPROCESS = "naive-decode-preprocess";
  private static final String LOOP = "naive-loop";

  static final List<String> NAMES = List.of(DECODE_PREPROCESS, LOOP);

  private final ModelDescriptor model;
  private final Path folder;
  private final Images images;

  NaiveLoops(ModelDescriptor model, Path folder, Images images) {
    ImageDecoder.loadNatives();
    this.model = model;
    this.folder = folder;
    this.images = images;
  }

  /** What a model has that is more than a variant of these can; empty where it can run it. */
  static List<String> obstacles(String variant, ModelDescriptor model) {
    ImageInput input = model.input();
    List<String> obstacles = new ArrayList<>();
    if (model.preprocessing().resize() == null) {
      obstacles.add("no resize");
    }
    if (input.channels() != 3) {
      obstacles.add("an input of one channel");
    }
    if (input.format().layout() != Layout.NCHW) {
      obstacles.add("an input with its channels last");
    }
    if (input.format().type() != ElementType.FLOAT32) {
      obstacles.add("an input of " + input.format().type().name().toLowerCase(Locale.ROOT));
    }
    if (variant.equals(LOOP) && input.fixedBatch() > 1) {
      obstacles.add("a fixed batch of " + input.fixedBatch());
    }
    return obstacles;
  }

  /** From bytes to a tensor that a session takes. */
  Variant decodePreprocess() {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    return new Loop(
        DECODE_PREPROCESS,
        List.of(
            () -> {
              tensor(environment).close();
              return 1;
            }),
        () -> {});
  }

  Variant loop(int threads) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(folder.resolve(model.graphFile()).toString(), options);
    }
    List<Body> bodies = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      bodies.add(
          () -> {
            try (OnnxTensor input = tensor(environment);
                OrtSession.Result result = session.run(Map.of(model.input().name(), input))) {
              result.get(0).getValue();
              return 1;
            }
          });
    }
    return new Loop(LOOP, bodies, session);
  }

  private OnnxTensor tensor(OrtEnvironment environment) throws Exception {
    Preprocessing preprocessing = model.preprocessing();
    int width = preprocessing.width();
    int height = preprocessing.height();

    MatOfByte encoded = new MatOfByte(images.next());
    Mat image = Imgcodecs.imdecode(encoded, Imgcodecs.IMREAD_COLOR);
    Mat resized = new Mat();
    Imgproc.resize(image, resized, size(image, requireNonNull(preprocessing.resize())));
    Rect center =
        new Rect((resized.cols() - width) / 2, (resized.rows() - height) / 2, width, height);
    Mat cropped = new Mat(resized, center);
    List<Double> mean = preprocessing.mean();
    List<Double> std = preprocessing.std();
    double scale = preprocessing.scale();
    Scalar offset = new Scalar(mean.get(0) / scale, mean.get(1) / scale, mean.get(2) / scale);
    Mat blob =
        Dnn.blobFromImage(
            cropped, scale, new Size(width, height), offset, true, false, CvType.CV_32F);
    float[] values = new float[3 * width * height];
    Mat flat = blob.reshape(1, 1);
    flat.get(0, 0, values);
    for (int channel = 0; channel < 3; channel++) {
      float deviation = std.get(channel).floatValue();
      for (int i = channel * width * height; i < (channel + 1) * width * height; i++) {
        values[i] /= deviation;
      }
    }
    for (Mat mat : List.of(encoded, image, resized, cropped, blob, flat)) {
      mat.release();
    }
    return OnnxTensor.createTensor(
        environment, FloatBuffer.wrap(values), new long[] {1, 3, height, width});
  }

  private static Size size(Mat image, Preprocessing.Resize resize) {
    if (resize.shortSide() == 0) {
      return new Size(resize.width(), resize.height());
    }
    double factor = (double) resize.shortSide() / Math.min(image.cols(), image.rows());
    return new Size(Math.rint(image.cols() * factor), Math.rint(image.rows() * factor));
  }
}
