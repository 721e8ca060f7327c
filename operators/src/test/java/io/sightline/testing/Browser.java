// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Chromium without a window, and a record of what its pages logged and asked for. A test that needs
 * it is skipped where it is not installed, and fails there if the environment has {@code CI=true}.
 */
public final class Browser implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChromeDriver driver;
  private String page = "";

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /**
   * Starts it.
   *
   * @param profile an empty folder for its profile
   */
  public static Browser start(Path profile) {
    File chromium = find("chromium");
    File chromedriver = find("chromedriver");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium);
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-dev-shm-usage", // containers often have little of it
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1366,900",
        "--user-data-dir=" + profile);
    return new Browser(
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(chromedriver).build(),
            options));
  }

  private static File find(String program) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path file = Path.of(folder, program);
      if (Files.isExecutable(file)) {
        return file.toFile();
      }
    }
    String message =
        program + " is not installed: Debian has it in the packages chromium and chromium-driver";
    return Boolean.parseBoolean(System.getenv("CI")) ? fail(message) : abort(message);
  }

  /** Selenium's own driver, with a page that was opened. */
  public ChromeDriver driver() {
    return driver;
  }

  /** Opens a page, and forgets what the pages before it logged and asked for. */
  public void open(Path file) {
    driver.get("about:blank"); // ends what the page before it was doing, the browser's own too
    page = file.toUri().toString();
    logged();
    requests();
    driver.get(page);
  }

  /** Whatever the page logged since this was last asked, errors and refusals of its policy. */
  public List<String> logged() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /**
   * The URIs that the page asked for since this was last asked, its own among them, those of {@code
   * data:} not.
   */
  public List<URI> requests() {
    List<URI> requests = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = readTree(entry.getMessage()).path("message");
      JsonNode event = message.path("params");
      String url = event.path("request").path("url").asText();
      if (message.path("method").asText().equals("Network.requestWillBeSent")
          && event.path("documentURL").asText().equals(page)
          && !url.startsWith("data:")) {
        requests.add(URI.create(url));
      }
    }
    return requests;
  }

  /** Sets what a page's style sheet can ask for: {@code prefers-color-scheme}, {@code dark}. */
  public void emulate(String feature, String value) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", feature, "value", value))));
  }

  /** Saves the whole page as a PNG. */
  public void screenshot(Path file) throws IOException {
    Map<String, Object> shot =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.write(file, Base64.getDecoder().decode((String) shot.get("data")));
  }

  private static JsonNode readTree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(json, e);
    }
  }

  /** Sets the size of the window, in CSS pixels. */
  public void resize(int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
  }

  /** Runs a function body in the page, and returns what it returns. */
  public @Nullable Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** The texts of all elements that the selector finds. */
  public List<String> texts(String selector) {
    Object texts =
        run(
            "return Array.from(document.querySelectorAll(arguments[0]), e => e.textContent)",
            selector);
    return ((List<?>) texts).stream().map(Browser::inOneLine).toList();
  }

  /** The text of the first element that the selector finds, as a person sees it. */
  public String text(String selector) {
    return inOneLine(run("return document.querySelector(arguments[0]).innerText", selector));
  }

  private static String inOneLine(@Nullable Object text) {
    return String.valueOf(text).replaceAll("[\\s\\u00a0]+", " ").strip();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
