// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.config.DecodeSettings;
import io.sightline.evaluate.EvaluationFolder.ImageSource;
import io.sightline.evaluate.EvaluationFolder.Options;
import io.sightline.schemas.ClassificationEvent;
import io.sightline.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvaluationPageTest {

  private static final Pattern DATA = Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL);

  private static String page(Evaluated evaluated, @Nullable ImageSource images) throws IOException {
    Options options =
        new Options(
            5, event -> Integer.parseInt(event.getLabel()), images, DecodeSettings.upTo(1 << 20));
    PredictionDigest digest = new PredictionDigest(5, options.trueClass());
    evaluated.events().forEach(digest::add);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new EvaluationPage(evaluated.report(), digest, options).write(out);
    return out.toString(UTF_8);
  }

  private static JsonNode dataOf(String page) throws IOException {
    Matcher data = DATA.matcher(page);
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1));
  }

  @Test
  void namesFromOutsideCannotEndTheBlockOfData() throws Exception {
    List<String> labels =
        List.of("</script><script>1</script>", "<!--", "\u2028{{report.js}}", "\"&");
    JsonNode data = dataOf(page(Evaluated.named(labels), null));
    assertThat(data.path("report").path("per_class").findValuesAsText("label_name"))
        .isEqualTo(labels);
  }

  @Test
  void namesFromOutsideStandNowhereElse() throws Exception {
    String page = page(Evaluated.named(List.of("outside-a", "outside-b")), null);
    assertThat(DATA.matcher(page).replaceAll("")).doesNotContain("outside", "FashionCNN", "f00d");
  }

  @Test
  void everyPartIsInItsPlaceAndNothingComesFromElsewhere() throws Exception {
    String page = page(Evaluated.random(3, 10), null);
    assertThat(page)
        .doesNotContain("{{", " src=", "@import", "url(")
        .contains("default-src 'none'", "Copyright (c) 2014-2024 Chart.js Contributors")
        .contains("Jukka Kurkela", "Permission is hereby granted");
    assertThat(Pattern.compile("'sha256-").matcher(page).results()).hasSize(5);
  }

  @Test
  void secretsOfUrisAreMasked() throws Exception {
    Evaluated evaluated = Evaluated.random(2, 2);
    ClassificationEvent signed = evaluated.events().get(0);
    signed.setUri("https://host/a.jpg?signature=secret#part");
    ClassificationEvent inline = evaluated.events().get(1);
    inline.setUri(null);
    inline.setReferenceId("https://user:secret@host/b.jpg?k=secret");
    inline.setPageIndex(2);
    String page = page(evaluated, null);
    assertThat(dataOf(page).path("least_certain").findValuesAsText("name"))
        .containsExactlyInAnyOrder(
            "https://host/a.jpg?signature=***", "https://host/b.jpg?k=*** [2]");
    assertThat(page).doesNotContain("secret");
  }

  @Test
  void onlyImagesThatCanBeHadHaveAThumbnail() throws Exception {
    byte[] image = TestImages.solid(".png", 900, 600, 1, 2, 3);
    String page =
        page(
            Evaluated.random(2, 3),
            event ->
                switch (event.getUri()) {
                  case "https://host/0.jpg" -> image;
                  case "https://host/1.jpg" -> new byte[] {1, 2, 3};
                  default -> throw new IOException("gone");
                });
    for (JsonNode listed : dataOf(page).path("least_certain")) {
      JsonNode jpeg = listed.path("jpeg");
      if (listed.path("name").asText().equals("https://host/0.jpg")) {
        assertThat(TestImages.decode(Base64.getDecoder().decode(jpeg.asText())).cols())
            .isEqualTo(288);
      } else {
        assertThat(jpeg.isNull()).isTrue();
      }
    }
  }
}
