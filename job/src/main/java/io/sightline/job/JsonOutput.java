// SPDX-License-Identifier: Apache-2.0
package io.sightline.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;

/** Prints what a command found as indented JSON. */
final class JsonOutput {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonOutput() {}

  /**
   * Prints a tree and a line's end.
   *
   * @param tree maps, lists, texts, numbers and truth values
   */
  static void print(PrintWriter out, Object tree) {
    try {
      out.println(MAPPER.writeValueAsString(tree));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("what was found is no JSON", e);
    }
  }
}
