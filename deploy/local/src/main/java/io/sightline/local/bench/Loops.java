// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import io.sightline.batch.Batch;
import io.sightline.batch.BatchWindow;
import io.sightline.batch.BatchWindow.Row;
import io.sightline.classify.Classifier;
import io.sightline.config.DeviceSettings;
import io.sightline.decode.ImageDecoder;
import io.sightline.local.bench.Loop.Body;
import io.sightline.model.ModelDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The loops over Sightline's own pieces: each stage alone, and the bare loop of all of them. */
final class Loops {

  private static final DeviceSettings CPU =
      new DeviceSettings(DeviceSettings.Provider.CPU, -1, DeviceSettings.OnUnavailable.FAIL, 2);
  private static final int DECODED_IMAGES = 64;

  private final ModelDescriptor model;
  private final Path folder;
  private final Images images;
  private final int batchSize;

  Loops(ModelDescriptor model, Path folder, Images images, int batchSize) {
    this.model = model;
    this.folder = folder;
    this.images = images;
    this.batchSize = batchSize;
  }

  Variant decode() {
    ImageDecoder decoder = decoder();
    return new Loop(
        "decode",
        List.of(
            () -> {
              byte[] bytes = images.next();
              decoder.decode(bytes, 0, bytes.length);
              return 1;
            }),
        decoder);
  }

  Variant preprocess() throws Exception {
    List<ImageDecoder> decoded = new ArrayList<>();
    for (int i = 0; i < Math.min(DECODED_IMAGES, images.size()); i++) {
      ImageDecoder decoder = decoder();
      byte[] bytes = images.get(i);
      decoder.decode(bytes, 0, bytes.length);
      decoded.add(decoder);
    }
    ByteBuffer row = direct(decoded.get(0).rowBytes());
    int[] next = {0};
    return new Loop(
        "preprocess",
        List.of(
            () -> {
              decoded.get(next[0]++ % decoded.size()).writeTo(row);
              return 1;
            }),
        () -> decoded.forEach(ImageDecoder::close));
  }

  Variant decodePreprocess() {
    ImageDecoder decoder = decoder();
    ByteBuffer row = direct(decoder.rowBytes());
    return new Loop(
        "decode-preprocess",
        List.of(
            () -> {
              byte[] bytes = images.next();
              decoder.decode(bytes, 0, bytes.length);
              decoder.writeTo(row);
              return 1;
            }),
        decoder);
  }

  /** One session on so many threads, each with a batch of its own that lies there already. */
  Variant session(int threads) throws Exception {
    Classifier classifier = classifier();
    List<Body> bodies = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Classifier.Scores scores = classifier.newScores(batchSize);
      ByteBuffer rows = batch();
      bodies.add(
          () -> {
            classifier.run(rows, batchSize, scores);
            return batchSize;
          });
    }
    return new Loop("session", bodies, classifier);
  }

  private ByteBuffer batch() throws Exception {
    int rowBytes = model.input().rowBytes();
    ByteBuffer rows = direct(batchSize * rowBytes);
    try (ImageDecoder decoder = decoder()) {
      for (int i = 0; i < batchSize; i++) {
        byte[] bytes = images.get(i);
        decoder.decode(bytes, 0, bytes.length);
        decoder.writeTo(rows.slice(i * rowBytes, rowBytes));
      }
    }
    return rows;
  }

  /** Decode, preprocess, batch and session on so many threads, without Flink or Kafka. */
  Variant bareLoop(int threads) throws Exception {
    return bareLoop("bare-loop", threads, false);
  }

  /** The same, but that each image is read from its file. */
  Variant bareLoopOverFiles(int threads) throws Exception {
    return bareLoop("bare-loop-files", threads, true);
  }

  private Variant bareLoop(String name, int threads, boolean files) throws Exception {
    Classifier classifier = classifier();
    int rowBytes = model.input().rowBytes();
    BatchWindow<Integer> window =
        new BatchWindow<>(batchSize, Duration.ofDays(1), threads + 1, rowBytes, System::nanoTime);
    List<Body> bodies = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      bodies.add(new BareBody(decoder(), classifier, window, files));
    }
    return new Loop(name, bodies, classifier);
  }

  private final class BareBody implements Body {

    private final ImageDecoder decoder;
    private final Classifier classifier;
    private final Classifier.Scores scores;
    private final BatchWindow<Integer> window;
    private final boolean files;
    private final byte[] buffer;

    BareBody(
        ImageDecoder decoder, Classifier classifier, BatchWindow<Integer> window, boolean files) {
      this.decoder = decoder;
      this.classifier = classifier;
      this.scores = classifier.newScores(batchSize);
      this.window = window;
      this.files = files;
      this.buffer = files ? images.newBuffer() : new byte[0];
    }

    @Override
    public int step() throws Exception {
      byte[] bytes = files ? buffer : images.next();
      decoder.decode(bytes, 0, files ? images.readNext(buffer) : bytes.length);
      Row<Integer> row = Objects.requireNonNull(window.reserve(0), "a buffer more than threads");
      decoder.writeTo(row.memory());
      Batch<Integer> batch = window.complete(row);
      if (batch == null) {
        return 0;
      }
      try {
        classifier.run(batch.memory(), batch.size(), scores);
        return batch.size();
      } finally {
        window.release(batch);
      }
    }

    @Override
    public void close() {
      decoder.close();
    }
  }

  private Classifier classifier() throws Exception {
    Classifier classifier = Classifier.open(model, folder, CPU, Set.of(), 0);
    classifier.warmUp(batchSize);
    return classifier;
  }

  private ImageDecoder decoder() {
    return new ImageDecoder(model.preprocessing(), model.input().format(), Images.DECODE);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
