// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts secrets in the place of <code>${env:NAME}</code> and <code>${file:/path}</code>. A file's
 * last line breaks are left out. Immutable.
 */
final class SecretReferences {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z]+):([^}]*)\\}");
  private static final long LARGEST_FILE = 64 << 10;

  private final Function<String, @Nullable String> environment;

  SecretReferences(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  static boolean standIn(String value) {
    return REFERENCE.matcher(value).find();
  }

  /** The value with its secrets; what can't be resolved is a problem and becomes empty. */
  String resolve(String key, String value, Problems problems) {
    return REFERENCE
        .matcher(value)
        .replaceAll(
            found -> {
              String secret = secret(key, found.group(1), found.group(2), problems);
              return Matcher.quoteReplacement(secret == null ? "" : secret);
            });
  }

  private @Nullable String secret(String key, String kind, String name, Problems problems) {
    return switch (kind) {
      case "env" -> fromEnvironment(key, name, problems);
      case "file" -> fromFile(key, name, problems);
      default -> {
        problems.add(
            "%s must take secrets from ${env:NAME} or ${file:/path} (got ${%s:...})"
                .formatted(key, kind));
        yield null;
      }
    };
  }

  private @Nullable String fromEnvironment(String key, String name, Problems problems) {
    String secret = environment.apply(name);
    if (secret == null) {
      problems.add("%s needs the environment variable %s, which is not set".formatted(key, name));
    }
    return secret;
  }

  private static @Nullable String fromFile(String key, String name, Problems problems) {
    try {
      Path file = Path.of(name);
      if (Files.size(file) > LARGEST_FILE) {
        problems.add("%s needs a secret from %s, which exceeds 64 KiB".formatted(key, file));
        return null;
      }
      return Files.readString(file, StandardCharsets.UTF_8).replaceFirst("[\\r\\n]+\\z", "");
    } catch (IOException | InvalidPathException e) {
      problems.add(
          "%s needs a secret from the file %s, which can't be read (%s)"
              .formatted(key, name, e.getClass().getSimpleName()));
      return null;
    }
  }
}
