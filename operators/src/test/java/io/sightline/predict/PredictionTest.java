// SPDX-License-Identifier: Apache-2.0
package io.sightline.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.classify.TopK;
import io.sightline.config.DecodeSettings;
import io.sightline.decode.DecodedImage;
import io.sightline.decode.Preprocessing;
import io.sightline.decode.Preprocessing.Channels;
import io.sightline.decode.Preprocessing.Crop;
import io.sightline.decode.Preprocessing.Interpolation;
import io.sightline.decode.Preprocessing.Resize;
import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opencv.core.Mat;

class PredictionTest {

  private static final byte[] JPEG = TestImages.solid(".jpg", 600, 400, 0, 0, 255);
  private static final TopK BEST =
      new TopK(
          List.of(296, 170, 356, 258, 248),
          List.of(0.627362f, 0.037518f, 0.032561f, 0.032299f, 0.031936f));
  private static final List<String> NAMES =
      List.of(
          "ice bear, polar bear", "Irish wolfhound", "weasel", "Samoyed", "Eskimo dog, \"husky\"");

  private final PredictionContext context = context();

  @TempDir private Path folder;

  @Test
  void itIsPrintedAsPaddlexPrintsIt() {
    assertThat(prediction("dir/bear's den.jpg", null))
        .hasToString(
            "{'res': {'input_path': \"dir/bear's den.jpg\", 'page_index': None, 'class_ids':"
                + " array([296, 170, 356, 258, 248], dtype=int32), 'scores': array([0.62736,"
                + " 0.03752, 0.03256, 0.0323 , 0.03194], dtype=float32), 'label_names': ['ice bear,"
                + " polar bear', 'Irish wolfhound', 'weasel', 'Samoyed', 'Eskimo dog,"
                + " \"husky\"']}}");
    assertThat(prediction(null, 2).toString())
        .startsWith("{'res': {'input_path': None, 'page_index': 2, ");
  }

  @Test
  void itsJsonHasPaddlexsKeysInItsOrder() {
    assertThat(prediction("熊.jpg", 3).json())
        .isEqualTo(
            "{\"input_path\":\"熊.jpg\",\"page_index\":3,"
                + "\"class_ids\":[296,170,356,258,248],"
                + "\"scores\":[0.62736,0.03752,0.03256,0.0323,0.03194],"
                + "\"label_names\":[\"ice bear, polar bear\",\"Irish wolfhound\",\"weasel\","
                + "\"Samoyed\",\"Eskimo dog, \\\"husky\\\"\"]}");
  }

  @Test
  void scoresKeepTheirPrecisionInJava() {
    assertThat(prediction("a.jpg", null).scores()).startsWith(0.627362f, 0.037518f);
  }

  // What Python's json.dump(..., indent=4, ensure_ascii=False) writes.
  @Test
  void theSavedFileIsIndentedAsPaddlexIndentsIt() throws IOException {
    Prediction prediction =
        Prediction.of(
            frame("dir/熊.jpg", null),
            context,
            new TopK(List.of(3, 1), List.of(0.99999f, 0.00001f)),
            List.of("熊", "a\nb"));

    Path file = prediction.saveToJson(folder.resolve("new/folder"));

    assertThat(file).isEqualTo(folder.resolve("new/folder/熊_res.json"));
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {
                "input_path": "dir/熊.jpg",
                "page_index": null,
                "class_ids": [
                    3,
                    1
                ],
                "scores": [
                    0.99999,
                    1e-05
                ],
                "label_names": [
                    "熊",
                    "a\\nb"
                ]
            }""");
  }

  @Test
  void aFileIsNamedOrGetsTheNameOfItsInput() {
    Prediction prediction = prediction("dir/bear.JPEG", null);

    assertThat(prediction.saveToJson(folder.resolve("out.json"))).hasFileName("out.json");
    assertThat(prediction.saveToJson(folder)).hasFileName("bear_res.json").exists();
    assertThat(prediction.saveToImage(folder.resolve("out.PNG"))).hasFileName("out.PNG").exists();
    assertThat(prediction.saveToImage(folder)).hasFileName("bear_res.JPEG").exists();
    assertThat(prediction.saveInput(folder.resolve("seen.png"))).hasFileName("seen.png").exists();
    assertThat(prediction.saveInput(folder)).hasFileName("bear.png").exists();
  }

  @Test
  void aPictureIsAPngWhereTheInputsFormatCanNotBeWritten() {
    assertThat(prediction("a.pdf", 0).saveToImage(folder)).hasFileName("a_0_res.png");
    assertThat(prediction("a.pdf", 1).saveToJson(folder)).hasFileName("a_1_res.json");
    assertThat(prediction("b.gif", null).saveToImage(folder)).hasFileName("b_res.png");
    assertThat(prediction("c.bmp", null).saveToImage(folder)).hasFileName("c_res.bmp");
    assertThat(prediction("d.tif", null).saveToImage(folder)).hasFileName("d_res.tif");
    assertThat(prediction(null, null).saveToImage(folder)).hasFileName("image_res.png");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prediction("a.jpg", null).saveToImage(folder.resolve("a.gif")))
        .withMessageContaining("JPEG, PNG, WebP, BMP or TIFF")
        .withMessageContaining("a.gif");
  }

  @Test
  void predictionsOfOneStreamDoNotOverwriteEachOther() {
    Prediction first = prediction("a/cat.jpg", null);
    Prediction second = prediction("b/cat.jpg", null);

    assertThat(first.saveToJson(folder)).hasFileName("cat_res.json");
    assertThat(second.saveToJson(folder)).hasFileName("cat-2_res.json");
    assertThat(second.saveToImage(folder)).hasFileName("cat-2_res.jpg");
    assertThat(first.saveToImage(folder)).hasFileName("cat_res.jpg");
    assertThat(second.saveInput(folder)).hasFileName("cat-2.png");
    assertThat(first.saveToJson(folder)).as("saved again").hasFileName("cat_res.json");
  }

  @Test
  void theBestClassIsOnARedBox() {
    BufferedImage image = prediction("a.jpg", null).image();

    assertThat(image.getWidth()).isEqualTo(600);
    assertThat(image.getHeight()).isEqualTo(400);
    assertThat(image.getRGB(5, 5)).isEqualTo(0xFFFF0000);
    assertThat(image.getRGB(300, 300) & 0xFF).isGreaterThan(250);
    assertThat(ResultFiles.label(prediction("a.jpg", null))).isEqualTo("ice bear, polar bear 0.63");
  }

  @Test
  void theScoreInThePictureIsRoundedAsPythonDoes() {
    Prediction half = predicted(new TopK(List.of(1), List.of(0.125f)), List.of("cat"));
    assertThat(ResultFiles.label(half)).isEqualTo("cat 0.12");
    Prediction none = predicted(new TopK(List.of(), List.of()), List.of());
    assertThat(ResultFiles.label(none)).isEqualTo("none");
  }

  @Test
  void theSavedInputHasTheCropsPixels() throws IOException {
    byte[] noise = TestImages.noise(".png", 90, 60, 5);
    Frame frame = new Frame("a.png", null, buffer -> decoded(noise));
    Prediction prediction = Prediction.of(frame, context, BEST, NAMES);

    Mat seen = TestImages.decode(Files.readAllBytes(prediction.saveInput(folder)));

    Mat crop = TestImages.decode(noise).submat(14, 46, 29, 61);
    assertThat(TestImages.difference(seen, crop)).isZero();
  }

  @Test
  void aRejectedImageSaysWhyAndHasNoPicture() {
    RejectedException why = new RejectedException(Reason.CORRUPT_IMAGE, "it's cut off");
    Prediction rejected = Prediction.rejected(frame("a.jpg", null), context, why);

    assertThat(rejected)
        .hasToString(
            "{'res': {'input_path': 'a.jpg', 'page_index': None, 'rejection': {'stage': 'decode',"
                + " 'reason': 'corrupt-image', 'detail': \"it's cut off\"}}}");
    JsonNode json = read(rejected.json());
    assertThat(json.at("/rejection/stage").asText()).isEqualTo("decode");
    assertThat(json.at("/rejection/reason").asText()).isEqualTo("corrupt-image");
    assertThat(json.has("class_ids")).isFalse();
    assertThatThrownBy(rejected::image)
        .isInstanceOf(ImageRejectedException.class)
        .hasMessage("a.jpg: corrupt-image (decode): it's cut off");
    assertThatThrownBy(() -> rejected.saveToImage(folder))
        .isInstanceOf(ImageRejectedException.class);
  }

  @Test
  void anImageThatIsGoneMeanwhileIsSaidToBe() {
    Frame frame =
        new Frame(
            "a.jpg",
            null,
            buffer -> {
              throw new RejectedException(Reason.NOT_FOUND, "the file does not exist");
            });

    assertThatThrownBy(() -> Prediction.of(frame, context, BEST, NAMES).image())
        .isInstanceOf(ImageRejectedException.class)
        .hasMessageContaining("not-found");
  }

  @Test
  void aFileThatCanNotBeWrittenIsAnError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> prediction("a.jpg", null).saveToJson(file))
        .isInstanceOf(UncheckedIOException.class);
  }

  private Prediction prediction(@Nullable String inputPath, @Nullable Integer pageIndex) {
    return Prediction.of(frame(inputPath, pageIndex), context, BEST, NAMES);
  }

  private Prediction predicted(TopK best, List<String> names) {
    return Prediction.of(frame("a.jpg", null), context, best, names);
  }

  private static Frame frame(@Nullable String inputPath, @Nullable Integer pageIndex) {
    return new Frame(
        inputPath,
        pageIndex,
        buffer -> {
          byte[] array = buffer.withRoomFor(JPEG.length + 7);
          System.arraycopy(JPEG, 0, array, 7, JPEG.length);
          return new Content.Encoded(array, 7, JPEG.length);
        });
  }

  private static Content.Loaded decoded(byte[] png) throws RejectedException {
    return new Content.Decoded(DecodedImage.of(png, DecodeSettings.upTo(1_000_000)));
  }

  private static PredictionContext context() {
    Preprocessing preprocessing =
        new Preprocessing(
            Resize.toShortSide(60, Interpolation.LINEAR),
            Crop.of(32, 32),
            Channels.RGB,
            1 / 255.0,
            List.of(0.5, 0.5, 0.5),
            List.of(0.5, 0.5, 0.5));
    return new PredictionContext(DecodeSettings.upTo(1_000_000), preprocessing, new ResultNames());
  }

  private static JsonNode read(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
