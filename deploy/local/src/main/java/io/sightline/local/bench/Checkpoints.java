// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobID;

/** The completed checkpoints of a job, as Flink's REST endpoint tells of them. */
final class Checkpoints {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final URI uri;

  Checkpoints(URI rest, JobID job) {
    uri = rest.resolve("/jobs/" + job + "/checkpoints");
  }

  /**
   * Durations from trigger to completion, in milliseconds, of the completed checkpoints that were
   * triggered within a time.
   */
  List<Long> durations(long startMillis, long endMillis) throws IOException, InterruptedException {
    List<Long> durations = new ArrayList<>();
    for (JsonNode checkpoint : history()) {
      long triggered = checkpoint.path("trigger_timestamp").asLong();
      if (checkpoint.path("status").asText().equals("COMPLETED")
          && triggered >= startMillis
          && triggered < endMillis) {
        durations.add(checkpoint.path("end_to_end_duration").asLong());
      }
    }
    return durations;
  }

  /** Bytes of the largest completed checkpoint that is remembered; 0 where there is none. */
  long largestState() throws IOException, InterruptedException {
    long largest = 0;
    for (JsonNode checkpoint : history()) {
      if (checkpoint.path("status").asText().equals("COMPLETED")) {
        largest = Math.max(largest, checkpoint.path("state_size").asLong());
      }
    }
    return largest;
  }

  private JsonNode history() throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("%s answered %d".formatted(uri, response.statusCode()));
    }
    return new ObjectMapper().readTree(response.body()).path("history");
  }
}
