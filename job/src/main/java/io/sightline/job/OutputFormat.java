// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

/** The form in which a command says what it found. */
enum OutputFormat {
  /** For people: it may change with any release. */
  TEXT,
  /** For programs: fields are added, and none is taken away. */
  JSON
}
