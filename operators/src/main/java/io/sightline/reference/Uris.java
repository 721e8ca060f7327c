// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

import java.net.URI;
import java.net.URISyntaxException;

/** What is said and shown of URIs: none of these methods opens one. */
public final class Uris {

  private static final int MAX_SHOWN = 300;

  private Uris() {}

  /**
   * The URI as it may be shown: user information and fragment are left out and every query value is
   * replaced by {@code ***}, since signed URLs carry their secret there. Takes any text,
   * well-formed or not.
   */
  public static String masked(String uri) {
    int fragment = uri.indexOf('#');
    String rest = withoutUserInfo(fragment < 0 ? uri : uri.substring(0, fragment));
    int query = rest.indexOf('?');
    if (query < 0) {
      return rest;
    }
    StringBuilder masked = new StringBuilder(rest.substring(0, query)).append('?');
    String separator = "";
    for (String parameter : rest.substring(query + 1).split("&", -1)) {
      int equals = parameter.indexOf('=');
      masked.append(separator);
      masked.append(equals < 0 ? "***" : parameter.substring(0, equals) + "=***");
      separator = "&";
    }
    return masked.toString();
  }

  /**
   * The URI without its user information ({@code https://user:password@host/} becomes {@code
   * https://host/}); everything else stays. Takes any text, well-formed or not.
   */
  public static String withoutUserInfo(String uri) {
    int start = uri.indexOf("//");
    if (start < 0) {
      return uri;
    }
    start += 2;
    int end = start;
    while (end < uri.length() && "/?#\\".indexOf(uri.charAt(end)) < 0) {
      end++;
    }
    int at = uri.lastIndexOf('@', end - 1);
    return at < start ? uri : uri.substring(0, start) + uri.substring(at + 1);
  }

  /** Throws where {@code uri} is no URI with a scheme, by HTTP with a host, of a file without. */
  static void check(String uri) throws RejectedException {
    if (uri.isEmpty()) {
      throw malformed("the URI is empty");
    }
    if (isWindowsPath(uri)) {
      throw malformed(
          "'%s' is a Windows path, not a URI: write file:///C:/folder/image.jpg"
              .formatted(shown(uri)));
    }
    for (int i = 0; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c == ' ') {
        throw malformed(
            "the URI '%s' has a space at index %d: write it as %%20".formatted(shown(uri), i));
      }
      if (Character.isISOControl(c)) {
        throw malformed(
            "the URI has the control character U+%04X at index %d".formatted((int) c, i));
      }
    }
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) {
      throw malformed(
          "'%s' is not a URI: %s at index %d".formatted(shown(uri), e.getReason(), e.getIndex()));
    }
    if (parsed.getScheme() == null) {
      throw malformed(
          "'%s' has no scheme: write file:///folder/image.jpg or https://host/image.jpg"
              .formatted(shown(uri)));
    }
    if (parsed.isOpaque()) {
      throw malformed(
          "'%s' has no path after its scheme: write %s:/..."
              .formatted(shown(uri), parsed.getScheme()));
    }
    if (isHttp(parsed.getScheme()) && parsed.getHost() == null) {
      throw malformed(
          "'%s' names no host: a host name has letters, digits, hyphens and dots"
              .formatted(shown(uri)));
    }
    checkFile(parsed);
  }

  /**
   * Throws where {@code uri} is of a file and names a host, as {@code file://images/a.jpg} does: no
   * file system reads it.
   */
  public static void checkFile(URI uri) throws RejectedException {
    if ("file".equalsIgnoreCase(uri.getScheme()) && uri.getRawAuthority() != null) {
      throw malformed(
          "'%s' names a host, but a file has none: write file:///folder/image.jpg"
              .formatted(shown(uri.toString())));
    }
  }

  /** Whether a scheme, in upper or lower case, is http or https. */
  public static boolean isHttp(String scheme) {
    return scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
  }

  /** A drive letter before a colon would parse as a scheme of one letter. */
  private static boolean isWindowsPath(String uri) {
    return uri.startsWith("\\\\")
        || (uri.length() >= 2
            && uri.charAt(1) == ':'
            && Character.isLetter(uri.charAt(0))
            && (uri.length() == 2 || uri.charAt(2) == '\\' || uri.charAt(2) == '/'));
  }

  private static String shown(String uri) {
    String masked = masked(uri);
    return masked.length() <= MAX_SHOWN ? masked : masked.substring(0, MAX_SHOWN) + "...";
  }

  private static RejectedException malformed(String detail) {
    return new RejectedException(Reason.MALFORMED_URI, detail);
  }
}
