// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sightline.classify.TopK;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a saver does with the predictions of a stream, and with what goes wrong meanwhile. */
@Timeout(30)
class PredictionSaverTest {

  private static final byte[] PNG = TestImages.solid(".png", 8, 6, 0, 0, 255);
  private static final Content IMAGE = buffer -> new Content.Encoded(PNG, 0, PNG.length);

  private final PredictionContext context =
      new PredictionContext(
          DecodeSettings.upTo(100),
          new Preprocessing(
              null, Crop.of(2, 2), Channels.RGB, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)),
          new ResultNames());

  private final List<ImageRejectedException> unreadable = new CopyOnWriteArrayList<>();

  @TempDir private Path folder;

  @Test
  void everyPlaceGetsItsFileOfEachPrediction() throws Exception {
    Path json = folder.resolve("json");
    Path images = folder.resolve("images");
    Path inputs = folder.resolve("inputs");

    save(saver(json, images, inputs, 3), 20);

    assertThat(files(json)).hasSize(20).contains("0_res.json", "19_res.json");
    assertThat(files(images)).hasSize(20).contains("0_res.png", "19_res.png");
    assertThat(files(inputs)).hasSize(20).contains("0.png", "19.png");
  }

  /** Whichever thread is first. */
  @Test
  void aFileTakesTheFirstPredictionAndThoseAfterItAreBesideItInTheirOrder() throws Exception {
    save(saver(folder.resolve("all.json"), null, null, 3), 20);

    assertThat(files(folder)).hasSize(20);
    assertThat(Files.readString(folder.resolve("all.json"))).contains("\"input_path\": \"0.png\"");
    for (int i = 1; i < 20; i++) {
      assertThat(Files.readString(folder.resolve("all-%d.json".formatted(i + 1))))
          .contains("\"input_path\": \"%d.png\"".formatted(i));
    }
  }

  @Test
  void aFileWhereAFolderIsMeantIsRefusedAtOnce() throws Exception {
    Path file = Files.createFile(folder.resolve("results"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> saver(file, null, null, 1))
        .withMessage(file + " is a file, and by its name it would be a folder");
  }

  @Test
  void whatCannotBeWrittenEndsItAndTheRestIsNotTaken() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    try (PredictionSaver saver = saver(file.resolve("json"), null, null, 1)) {
      saver.save(prediction("a.png", IMAGE));

      assertThatThrownBy(saver::finish)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(file.toString());
      assertThatThrownBy(() -> saver.save(prediction("b.png", IMAGE)))
          .isInstanceOf(UncheckedIOException.class);
    }
  }

  @Test
  void anImageThatCanNoLongerBeReadIsToldAndTheOthersAreSaved() throws Exception {
    Content gone =
        buffer -> {
          throw new RejectedException(Reason.NOT_FOUND, "is gone");
        };
    Path json = folder.resolve("json");
    Path images = folder.resolve("images");
    try (PredictionSaver saver = saver(json, images, folder.resolve("inputs"), 1)) {
      saver.save(prediction("a.png", IMAGE));
      saver.save(prediction("b.png", gone));
      saver.save(prediction("c.png", IMAGE));

      assertThat(saver.finish()).isOne();
    }
    assertThat(unreadable)
        .extracting(Throwable::getMessage)
        .containsExactly("b.png: not-found (fetch): is gone");
    assertThat(files(json)).containsExactlyInAnyOrder("a_res.json", "b_res.json", "c_res.json");
    assertThat(files(images)).containsExactlyInAnyOrder("a_res.png", "c_res.png");
  }

  @Test
  void anErrorOfAThreadThatSavesEndsItWithItsCause() {
    Error error = new OutOfMemoryError("native");
    Content failing =
        buffer -> {
          throw error;
        };
    try (PredictionSaver saver = saver(null, null, folder.resolve("inputs"), 1)) {
      saver.save(prediction("a.png", failing));

      assertThatThrownBy(saver::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("can't save: java.lang.OutOfMemoryError: native")
          .hasCause(error);
    }
  }

  /** An image that waits holds its prediction; a disk that is slow must not collect them all. */
  @Test
  void whoSavesWaitsWhereTooManyWaitToBeSaved() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Content slow =
        buffer -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return IMAGE.load(buffer);
        };
    AtomicInteger taken = new AtomicInteger();
    try (PredictionSaver saver = saver(null, null, folder, 1)) {
      Thread saving =
          new Thread(
              () -> {
                for (int i = 0; i < 20; i++) {
                  saver.save(prediction(i + ".png", slow));
                  taken.incrementAndGet();
                }
              });
      saving.start();
      await().until(() -> saving.getState() == Thread.State.WAITING);
      int most = taken.get();
      go.countDown();
      saving.join();

      assertThat(saver.finish()).isZero();
      assertThat(most).isBetween(1, 4);
      assertThat(files(folder)).hasSize(20);
    }
  }

  private PredictionSaver saver(
      @Nullable Path json, @Nullable Path images, @Nullable Path inputs, int workers) {
    return new PredictionSaver(json, images, inputs, workers, unreadable::add);
  }

  private void save(PredictionSaver saver, int count) {
    try (saver) {
      for (int i = 0; i < count; i++) {
        saver.save(prediction(i + ".png", IMAGE));
      }
      assertThat(saver.finish()).isZero();
    }
  }

  private Prediction prediction(@Nullable String inputPath, Content content) {
    return Prediction.of(
        new Frame(inputPath, null, content),
        context,
        new TopK(List.of(1), List.of(0.5f)),
        List.of("one"));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
