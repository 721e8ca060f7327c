// SPDX-License-Identifier: Apache-2.0
package io.sightline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.config.DecodeSettings;
import io.sightline.evaluate.EvaluationFolder.ImageSource;
import io.sightline.schemas.EvaluationReport;
import io.sightline.testing.Browser;
import io.sightline.testing.TestImages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page of an evaluation, opened in a browser. */
class EvaluationPageIT {

  private static Browser browser;

  @TempDir static Path profile;
  @TempDir Path folder;

  private boolean opened;

  @BeforeAll
  static void startTheBrowser() {
    browser = Browser.start(profile);
  }

  @AfterAll
  static void stopTheBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  /** Whatever a test did with the page. */
  @AfterEach
  void noPageLogsAnErrorOrAsksForAnything() {
    if (!opened) {
      return; // the test was skipped, since the data that it needs is not there
    }
    assertThat(browser.logged()).isEmpty();
    assertThat(browser.requests())
        .extracting(URI::getPath)
        .containsOnly(folder.resolve(EvaluationFolder.PAGE).toString());
  }

  private void open(Evaluated evaluated, @Nullable ImageSource images) throws IOException {
    EvaluationFolder.write(
        folder,
        evaluated.report(),
        evaluated.events(),
        new EvaluationFolder.Options(
            12, event -> Integer.parseInt(event.getLabel()), images, DecodeSettings.upTo(1 << 24)));
    opened = true;
    browser.open(folder.resolve(EvaluationFolder.PAGE));
    savePictures(evaluated.report());
  }

  /** For who changes the page: {@code -Dfailsafe.argLine=-Dpage.pictures=FOLDER}. */
  private void savePictures(EvaluationReport report) throws IOException {
    String pictures = System.getProperty("page.pictures");
    if (pictures != null) {
      Path page = folder.resolve(EvaluationFolder.PAGE);
      String name = "%s-%d-classes".formatted(report.getModelName(), report.getClasses());
      Files.copy(page, Path.of(pictures, name + ".html"), StandardCopyOption.REPLACE_EXISTING);
      for (String scheme : List.of("dark", "light")) {
        browser.emulate("prefers-color-scheme", scheme);
        browser.screenshot(Path.of(pictures, name + "-" + scheme + ".png"));
      }
    }
  }

  private static List<String> column(String table, int number) {
    return browser.texts("#" + table + " tbody td:nth-child(" + number + ")");
  }

  private static double number(String percent) {
    return Double.parseDouble(percent.replace(" %", ""));
  }

  /** Clicks on the head of a column, and returns how it says that it sorts. */
  private static @Nullable String sortBy(String table, String column) {
    WebElement head =
        browser
            .driver()
            .findElement(By.xpath("//*[@id='%s']//th[button='%s']".formatted(table, column)));
    head.findElement(By.tagName("button")).click();
    return head.getDomAttribute("aria-sort");
  }

  /** The pixels of a chart, as text. */
  private static String picture(String canvas) {
    return (String) browser.run("return document.getElementById(arguments[0]).toDataURL()", canvas);
  }

  /** What part of a chart is not transparent. */
  private static double drawnShare(String canvas) {
    Object share =
        browser.run(
            """
            const canvas = document.getElementById(arguments[0]);
            const context = canvas.getContext("2d");
            const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
            const drawn = pixels.filter((value, i) => i % 4 === 3 && value > 0);
            return drawn.length / (canvas.width * canvas.height);
            """,
            canvas);
    return ((Number) share).doubleValue();
  }

  @Test
  void thePageOfRealPredictionsHasTheirFiguresAndImages() throws Exception {
    open(Evaluated.squeezenet(), event -> Files.readAllBytes(Path.of(URI.create(event.getUri()))));
    assertThat(browser.text("h1")).isEqualTo("SqueezeNet1_1 on val");
    assertThat(browser.text("#headline"))
        .contains("Top-1 68.5 % 137 of 200 images; 95 % interval 61.8 to 74.5 %")
        .contains("Top-5 88.5 % 177 of 200 images; 95 % interval 83.3 to 92.2 %")
        .contains("Images 200 from 200 of 1,000 classes", "Rejected 3 1.5 % of 203");
    assertThat(browser.text("#published"))
        .startsWith("Published top-1: 60.0 %. Measured: 68.5 %, 8.5 points more.")
        .contains("200 images can show a difference of 6.8 points or more; this one is more than");
    assertThat(browser.text("#probabilities")).contains("over 177 of 200 images");
    assertThat(column("rejection-table", 2)).containsExactly("not-found", "corrupt-image");
    Object loaded =
        browser.run(
            "return Array.from(document.querySelectorAll('#mistakes img'), i => i.naturalWidth)");
    assertThat((List<?>) loaded).hasSize(12).allMatch(width -> ((Number) width).intValue() > 0);
    assertThat(browser.texts("#mistakes .confidence")).startsWith("99.0 %", "98.9 %");
    assertThat(browser.texts("#least-certain .confidence")).startsWith("8.2 %");
    assertThat(Files.size(folder.resolve(EvaluationFolder.PAGE))).isLessThan(2_000_000);
  }

  @Test
  void aThousandClassesAreSortedAndFiltered() throws Exception {
    open(Evaluated.random(1000, 20_000), null);
    List<String> recalls = column("class-table", 7);
    assertThat(recalls)
        .hasSize(1000)
        .isSortedAccordingTo(Comparator.comparing(EvaluationPageIT::number));
    assertThat(sortBy("class-table", "Recall")).isEqualTo("descending");
    assertThat(column("class-table", 7))
        .isSortedAccordingTo(Comparator.comparing(EvaluationPageIT::number).reversed())
        .isNotEqualTo(recalls);
    sortBy("class-table", "Id");
    assertThat(sortBy("class-table", "Id")).isEqualTo("ascending");
    assertThat(column("class-table", 1)).startsWith("0", "1", "2").endsWith("998", "999");
    assertThat(sortBy("class-table", "Class")).isEqualTo("ascending");
    assertThat(column("class-table", 2)).startsWith("class 0", "class 1", "class 2", "class 3");
    WebElement filter = browser.driver().findElement(By.id("filter"));
    filter.sendKeys("CLASS 99");
    assertThat(column("class-table", 1))
        .containsExactly(
            "99", "990", "991", "992", "993", "994", "995", "996", "997", "998", "999");
    assertThat(browser.text("#matches")).isEqualTo("11 of 1,000 that occur");
    filter.clear();
    filter.sendKeys("17");
    assertThat(column("class-table", 2)).contains("class 17", "class 170");
    assertThat(sortBy("confusion-table", "Taken for")).isEqualTo("ascending");
  }

  @Test
  void theChartsAreDrawnAndSaidInWords() throws Exception {
    open(Evaluated.random(10, 2000), null);
    for (String canvas : List.of("reliability", "confidence", "recall")) {
      assertThat(drawnShare(canvas)).as(canvas).isBetween(0.03, 0.9);
      assertThat(browser.driver().findElement(By.id(canvas)).getDomAttribute("aria-label"))
          .contains("tables below");
    }
    assertThat(browser.driver().findElement(By.id("bins")).isDisplayed()).isFalse();
    browser.driver().findElement(By.cssSelector("#charts summary")).click();
    assertThat(browser.texts("#bins tbody th")).hasSize(15).startsWith("0 to 6.7 %");
    assertThat(browser.texts("#recalls tbody td")).hasSize(10).contains("10");
  }

  @Test
  void inADarkSchemeTheChartsAreDrawnAnew() throws Exception {
    browser.emulate("prefers-color-scheme", "light");
    open(Evaluated.random(3, 60), null);
    String background = "return getComputedStyle(document.body).backgroundColor";
    Object light = browser.run(background);
    String chart = picture("confidence");
    browser.emulate("prefers-color-scheme", "dark");
    assertThat(browser.run(background)).isNotEqualTo(light);
    await().until(() -> !picture("confidence").equals(chart));
    browser.emulate("prefers-color-scheme", "light");
    await().until(() -> picture("confidence").equals(chart));
  }

  @Test
  void hostileAndStrangeNamesAreTextOnThePage() throws Exception {
    String script = "<script>document.title = 'taken'</script>";
    String closing = "</script><img src=x onerror=\"document.title = 'taken'\">";
    String chinese = "\u72ac".repeat(300);
    open(Evaluated.named(List.of(script, closing, chinese, chinese, "", "{{page.js}}")), null);
    sortBy("class-table", "Id");
    sortBy("class-table", "Id");
    assertThat(column("class-table", 2))
        .containsExactly(
            script, closing, chinese + " (2)", chinese + " (3)", "class 4", "{{page.js}}");
    assertThat(browser.text("#published"))
        .startsWith(
            "No published top-1 is known for this model. 60 images tell its top-1 to within");
    assertThat(browser.driver().getTitle()).isEqualTo("FashionCNN on val: evaluation");
    assertThat(browser.driver().findElements(By.tagName("img"))).isEmpty();
    Object width = browser.run("return document.documentElement.scrollWidth - innerWidth");
    assertThat(((Number) width).intValue()).as("overflow, in pixels").isNotPositive();
  }

  @Test
  void whereNoImageWasClassifiedThePageSaysSo() throws Exception {
    open(Evaluated.random(2, 0), null);
    assertThat(browser.text("#headline")).contains("Top-1 \u2013 No image was classified.");
    assertThat(browser.text("#published")).contains("nothing to compare");
    assertThat(browser.text("#class-table")).isEqualTo("No image was classified.");
    assertThat(browser.text("main")).doesNotContain("NaN", "null", "undefined", "Infinity");
  }

  @Test
  void aTopKOfMoreClassesThanThereAreSaysNothing() throws Exception {
    open(Evaluated.random(2, 500), null);
    assertThat(browser.text("#headline"))
        .contains("Top-5 100.0 % The model has fewer than 5 classes: every image is a hit");
    assertThat(column("class-table", 1)).hasSize(2);
    assertThat(browser.text("#published"))
        .containsPattern("500 images can show a difference of 4.0 points or more; this one");
  }

  @Test
  void anImageThatIsGoneIsNamedAlone() throws Exception {
    Evaluated evaluated = Evaluated.random(3, 40);
    evaluated.events().forEach(event -> event.setWidth(40));
    evaluated.events().forEach(event -> event.setHeight(20));
    open(
        evaluated,
        event -> {
          if (event.getUri().endsWith("/7.jpg")) {
            throw new IOException("gone");
          }
          return TestImages.solid(".png", 40, 20, 0, 0, 200);
        });
    assertThat(browser.texts(".picture")).contains("not available");
    assertThat(browser.driver().findElements(By.cssSelector("img.tiny"))).isNotEmpty();
  }

  @Test
  void thePageCanAskForNothing() throws Exception {
    open(Evaluated.random(2, 10), null);
    Object answer =
        browser.run("return fetch('http://127.0.0.1:9/').then(() => 'answer', () => 'refused')");
    assertThat(answer).isEqualTo("refused");
    browser.run(
        "document.body.append(Object.assign(document.createElement('script'),"
            + " { textContent: 'document.title = 1' }))");
    assertThat(browser.driver().getTitle()).contains("evaluation");
    assertThat(browser.logged()).isNotEmpty().allMatch(line -> line.contains("Content Security"));
  }
}
