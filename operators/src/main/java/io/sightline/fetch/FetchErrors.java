// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import io.sightline.reference.Reason;
import io.sightline.reference.Uris;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.jspecify.annotations.Nullable;

/** The one place that says what a failed read or request means for its image. */
final class FetchErrors {

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
    } else {
      // File systems of plugins throw unchecked exceptions of their own for I/O errors.
      fetch.reject(Reason.IO_ERROR, "can't be read: " + describe(cause, uri));
    }
  }

  /** Ends a fetch after its request has failed before the header came. */
  static void requestFailed(Fetch fetch, String uri, Duration connectTimeout, Throwable failure) {
    Throwable cause = unwrap(failure);
    Error error = errorWithin(cause);
    if (error != null) {
      fetch.fail(error);
    } else if (cause instanceof HttpConnectTimeoutException) {
      fetch.reject(
          Reason.FETCH_TIMEOUT,
          "gave no connection within fetch.connect-timeout (%d ms)"
              .formatted(connectTimeout.toMillis()));
    } else if (cause instanceof HttpTimeoutException) {
      fetch.reject(Reason.FETCH_TIMEOUT, "timed out: " + describe(cause, uri));
    } else if (cause instanceof ConnectException) {
      fetch.reject(
          Reason.IO_ERROR,
          cause.getCause() instanceof UnresolvedAddressException
              ? "names an unknown host"
              : "gave no connection: " + describe(cause, uri));
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
      fetch.reject(Reason.IO_ERROR, "broke off after " + received + ": " + describe(cause, uri));
    } else {
      fetch.reject(Reason.INCOMPLETE, "broke off after " + received + ": " + describe(cause, uri));
    }
  }

  /** Whether the peer has given the connection up without a word. */
  static boolean isReset(Throwable failure) {
    Throwable cause = unwrap(failure);
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return cause instanceof IOException
        && (message.contains("reset") || message.contains("broken pipe"));
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
