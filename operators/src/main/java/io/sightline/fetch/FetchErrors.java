// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.reference.Uris;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.jspecify.annotations.Nullable;

/**
 * The one place that says what a failed read or request means for its image: whether it is refused,
 * or whether its store is down. Down is what may pass by itself: no connection, no TLS handshake, a
 * connection that breaks off, no answer in time, the statuses 408, 429, 500, 502, 503 and 504 (RFC
 * 9110, 15.5 and 15.6; RFC 6585, 4), 520 to 526 and 530 (Cloudflare's, where it gets nothing from
 * the store behind it), and errors of a file system that say neither that the file is not there nor
 * that it is forbidden.
 */
final class FetchErrors {

  private static final Set<Integer> DOWN =
      Set.of(408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530);
  private static final long MAX_RETRY_AFTER_SECONDS = 86_400;
  private static final String UNKNOWN_HOST = "names an unknown host";

  private static final int MAX_DETAIL = 300;
  private static final int MAX_CAUSES = 10;

  private FetchErrors() {}

  /** Ends a fetch after a file system has failed. */
  static void failed(Fetch fetch, String uri, Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof Error) {
      fetch.fail(cause);
    } else if (cause instanceof UnsupportedFileSystemSchemeException) {
      fetch.reject(Reason.SCHEME_NOT_ALLOWED, "has a scheme that no file system here serves");
    } else if (isForbidden(cause)) {
      fetch.reject(Reason.FORBIDDEN, "may not be read: " + describe(cause, uri));
    } else if (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException) {
      fetch.reject(Reason.NOT_FOUND, "does not exist");
    } else if (cause instanceof IllegalArgumentException
        || cause instanceof UnsupportedOperationException) {
      fetch.reject(Reason.IO_ERROR, "can't be read: " + describe(cause, uri));
    } else {
      // File systems of plugins throw unchecked exceptions of their own for I/O errors.
      fetch.unavailable(Reason.IO_ERROR, "can't be read: " + describe(cause, uri));
    }
  }

  /** Ends a fetch after its request was refused, or has failed before the header came. */
  static void requestFailed(Fetch fetch, String uri, Duration connectTimeout, Throwable failure) {
    Throwable cause = unwrap(failure);
    Error error = errorWithin(cause);
    if (error != null) {
      fetch.fail(error);
    } else if (cause instanceof RejectedException) {
      fetch.fail(cause);
    } else if (cause instanceof UnknownHostException) {
      fetch.unavailable(Reason.IO_ERROR, UNKNOWN_HOST);
    } else if (cause instanceof HttpConnectTimeoutException) {
      fetch.unavailable(
          Reason.FETCH_TIMEOUT,
          "gave no connection within fetch.connect-timeout (%d ms)"
              .formatted(connectTimeout.toMillis()));
    } else if (cause instanceof HttpTimeoutException) {
      fetch.unavailable(Reason.FETCH_TIMEOUT, "timed out: " + describe(cause, uri));
    } else if (cause instanceof ConnectException) {
      fetch.unavailable(
          Reason.IO_ERROR,
          cause.getCause() instanceof UnresolvedAddressException
              ? UNKNOWN_HOST
              : "gave no connection: " + describe(cause, uri));
    } else if (isBroken(cause)) {
      fetch.unavailable(Reason.IO_ERROR, "can't be fetched: " + describe(cause, uri));
    } else {
      // The client throws unchecked exceptions, too, at some of what a server may answer.
      fetch.reject(Reason.IO_ERROR, "can't be fetched: " + describe(cause, uri));
    }
  }

  /** Ends a fetch after its body has broken off. */
  static void bodyFailed(Fetch fetch, String uri, String received, Throwable failure) {
    Throwable cause = unwrap(failure);
    Error error = errorWithin(cause);
    if (error != null) {
      fetch.fail(error);
    } else if (isReset(cause)) {
      fetch.unavailable(
          Reason.IO_ERROR, "broke off after " + received + ": " + describe(cause, uri));
    } else {
      fetch.unavailable(
          Reason.INCOMPLETE, "broke off after " + received + ": " + describe(cause, uri));
    }
  }

  /** Ends a fetch whose body came to an end before its announced length. */
  static void endedEarly(Fetch fetch, String received) {
    fetch.unavailable(Reason.INCOMPLETE, "ended after " + received);
  }

  /** Ends a fetch whose time is over. */
  static void timedOut(Fetch fetch, Duration timeout) {
    fetch.unavailable(
        Reason.FETCH_TIMEOUT,
        "did not come whole within fetch.timeout (%d ms)".formatted(timeout.toMillis()));
  }

  /** What a status means that is neither a success nor a redirect. */
  static RejectedException status(Fetch fetch, int status, HttpHeaders headers) {
    String fact = "was answered with status " + status;
    if (DOWN.contains(status)) {
      return fetch.outage(Reason.HTTP_STATUS, fact, retryAfter(headers, Instant.now()));
    }
    Reason reason =
        switch (status) {
          case 404, 410 -> Reason.NOT_FOUND;
          case 401, 403 -> Reason.FORBIDDEN;
          case 204, 205 -> Reason.EMPTY_CONTENT;
          default -> Reason.HTTP_STATUS;
        };
    return fetch.rejection(reason, fact);
  }

  /** The header Retry-After, in seconds or as a date (RFC 9110, 10.2.3); null where it is none. */
  static @Nullable Duration retryAfter(HttpHeaders headers, Instant now) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    long seconds;
    if (value.matches("\\d{1,9}")) {
      seconds = Long.parseLong(value);
    } else {
      try {
        Instant date = DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from);
        seconds = Math.max(0, Duration.between(now, date).toSeconds());
      } catch (DateTimeException e) {
        return null;
      }
    }
    return Duration.ofSeconds(Math.min(seconds, MAX_RETRY_AFTER_SECONDS));
  }

  /** Whether a rejection for this reason says that its store is up. */
  static boolean isAnswer(Reason reason) {
    return switch (reason) {
      case NOT_FOUND, HTTP_STATUS, TOO_LARGE, EMPTY_CONTENT -> true;
      default -> false;
    };
  }

  /** Whether the peer has given the connection up without a word. */
  static boolean isReset(Throwable failure) {
    Throwable cause = unwrap(failure);
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return cause instanceof IOException
        && (message.contains("reset") || message.contains("broken pipe"));
  }

  /** Whether TLS has failed, or the peer has closed the connection instead of an answer. */
  private static boolean isBroken(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
      if (cause instanceof SocketException
          || cause instanceof EOFException
          || cause instanceof ClosedChannelException
          || cause instanceof SSLException
          || isReset(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static @Nullable Error errorWithin(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
      if (cause instanceof Error error) {
        return error;
      }
      cause = cause.getCause();
    }
    return null;
  }

  private static boolean isForbidden(Throwable failure) {
    // Hadoop and the object stores have classes of their own, and java.io has none.
    String name = failure.getClass().getSimpleName();
    return failure instanceof AccessDeniedException
        || name.contains("AccessControl")
        || name.contains("AccessDenied")
        || (failure instanceof FileNotFoundException
            && String.valueOf(failure.getMessage()).contains("(Permission denied)"));
  }

  private static String describe(Throwable failure, String uri) {
    String message = failure.getMessage();
    if (message == null) {
      return failure.getClass().getSimpleName();
    }
    String masked = message.replace(uri, Uris.masked(uri)).lines().findFirst().orElse("");
    String shown = masked.length() <= MAX_DETAIL ? masked : masked.substring(0, MAX_DETAIL) + "...";
    return failure.getClass().getSimpleName() + ": " + shown;
  }
}
