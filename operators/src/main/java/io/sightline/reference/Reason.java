// SPDX-License-Identifier: Apache-2.0
package io.sightline.reference;

/** Reasons for which a record or an image is rejected: the whole list, each with its stage. */
public enum Reason {
  /** The record has no value, or an empty one. */
  EMPTY_RECORD(Stage.PARSE, "empty-record"),
  /** The value is not what {@code source.format} says. */
  MALFORMED_RECORD(Stage.PARSE, "malformed-record"),
  /** Avro single-object with a schema that is not known here. */
  UNKNOWN_SCHEMA(Stage.PARSE, "unknown-schema"),
  /** Neither a URI nor inline content, or both. */
  NO_SINGLE_CONTENT(Stage.PARSE, "no-single-content"),
  /** {@code source.id} names a place where this record has nothing. */
  MISSING_ID(Stage.PARSE, "missing-id"),
  /** The URI does not parse, or has no scheme, or by HTTP no host. */
  MALFORMED_URI(Stage.PARSE, "malformed-uri"),
  /** Inline content above {@code source.max-inline-bytes}. */
  INLINE_TOO_LARGE(Stage.PARSE, "inline-too-large"),
  /**
   * Id, URI, label, attributes and Kafka key together above {@link
   * ReferenceParser#MAX_METADATA_BYTES}.
   */
  METADATA_TOO_LARGE(Stage.PARSE, "metadata-too-large"),

  /** Scheme that {@code fetch.schemes} does not list, or that no file system serves. */
  SCHEME_NOT_ALLOWED(Stage.FETCH, "scheme-not-allowed"),
  /** No such file, or HTTP 404 and 410. */
  NOT_FOUND(Stage.FETCH, "not-found"),
  /** Permission denied, or HTTP 401 and 403. */
  FORBIDDEN(Stage.FETCH, "forbidden"),
  /** Any other HTTP status that is not a success. */
  HTTP_STATUS(Stage.FETCH, "http-status"),
  /** More bytes than {@code fetch.max-bytes}. */
  TOO_LARGE(Stage.FETCH, "too-large"),
  /** Nothing came: zero bytes. */
  EMPTY_CONTENT(Stage.FETCH, "empty-content"),
  /** Fewer bytes came than were announced. */
  INCOMPLETE(Stage.FETCH, "incomplete"),
  /** Not whole within {@code fetch.timeout}, or no connection within its own. */
  FETCH_TIMEOUT(Stage.FETCH, "fetch-timeout"),
  /** Connection refused, unknown host, reset, or any other input/output error. */
  IO_ERROR(Stage.FETCH, "io-error"),
  /** An archive that is none, or is broken from some entry on. */
  CORRUPT_ARCHIVE(Stage.FETCH, "corrupt-archive"),
  /** An entry of an archive that is a link, or whose name leads out of the archive. */
  UNSAFE_ENTRY(Stage.FETCH, "unsafe-entry"),

  /** The header is none of JPEG, PNG, WebP, BMP, GIF and TIFF. */
  UNSUPPORTED_FORMAT(Stage.DECODE, "unsupported-format"),
  /** The header is cut off, or says what can't be. */
  MALFORMED_HEADER(Stage.DECODE, "malformed-header"),
  /** More pixels than {@code decode.max-pixels}. */
  TOO_MANY_PIXELS(Stage.DECODE, "too-many-pixels"),
  /** Smaller than the model's crop, where {@code decode.small-images} says reject. */
  IMAGE_TOO_SMALL(Stage.DECODE, "image-too-small"),
  /** The header was right and the rest was not. */
  CORRUPT_IMAGE(Stage.DECODE, "corrupt-image"),

  /** The session failed for this image alone. */
  INFERENCE_FAILED(Stage.INFERENCE, "inference-failed"),
  /** The session answered with NaN or infinity. */
  NON_FINITE_SCORES(Stage.INFERENCE, "non-finite-scores"),

  /** No outcome within {@code classify.timeout}. */
  CLASSIFY_TIMEOUT(Stage.CLASSIFY, "classify-timeout"),

  /** The reference has no label, and no stream of labels is read. */
  NO_LABEL(Stage.EVALUATE, "no-label"),
  /** The label is neither a class id nor a label name of the model. */
  UNKNOWN_LABEL(Stage.EVALUATE, "unknown-label"),
  /** The label stands for several classes of the model. */
  AMBIGUOUS_LABEL(Stage.EVALUATE, "ambiguous-label"),
  /** No label came within {@code evaluate.labels.max-delay}. */
  LABEL_EXPIRED(Stage.EVALUATE, "label-expired"),
  /** A record of {@code evaluate.labels.topic} that is not in its format. */
  MALFORMED_LABEL(Stage.EVALUATE, "malformed-label");

  private final Stage stage;
  private final String label;

  Reason(Stage stage, String label) {
    this.stage = stage;
    this.label = label;
  }

  /** The stage at which it is given. */
  public Stage stage() {
    return stage;
  }

  /** Name in rejections and metric labels, in kebab-case. */
  public String label() {
    return label;
  }
}
