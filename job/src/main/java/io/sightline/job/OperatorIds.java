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

  private OperatorIds() {}
}
