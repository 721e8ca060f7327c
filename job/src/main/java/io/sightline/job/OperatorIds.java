// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

/**
 * Uids of all operators. They are the savepoint contract: a savepoint finds its state by them, so
 * none ever changes.
 */
final class OperatorIds {

  static final String SOURCE = "references";
  static final String PARSE = "parse";
  static final String WATERMARKS = "watermarks";
  static final String CLASSIFY = "classify";
  static final String ROUTE = "route";
  static final String EVENTS = "events";
  static final String REJECTIONS = "rejections";

  static final String RETRIES = "retries";
  static final String RETRY_SOURCE = "retry-source";
  static final String PARSE_RETRIES = "parse-retries";
  static final String PARK = "park";

  static final String LABEL = "label";
  static final String LABELS = "labels";
  static final String PARSE_LABELS = "parse-labels";
  static final String JOIN_LABELS = "join-labels";
  static final String COUNT = "count";
  static final String COUNT_JOINED = "count-joined";
  static final String COUNT_REJECTIONS = "count-rejections";
  static final String REPORT = "report";
  static final String REPORTS = "reports";

  private OperatorIds() {}
}
