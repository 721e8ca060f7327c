// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;

/** Flink's configuration of a local cluster: loopback alone, checkpoints in its folder. */
final class ClusterConfiguration {

  private static final String LOOPBACK = "127.0.0.1";

  private ClusterConfiguration() {}

  /**
   * Puts a configuration together.
   *
   * @param ports of the JobManager, which it keeps over its restarts
   * @param own options of the user's, which win
   */
  static Configuration create(
      ClusterFolder folder, int slots, int taskManagers, Ports ports, Map<String, String> own) {
    Configuration flink = new Configuration();
    flink.set(RestOptions.ADDRESS, LOOPBACK);
    flink.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    flink.set(RestOptions.PORT, ports.rest());
    flink.set(RestOptions.BIND_PORT, Integer.toString(ports.rest()));
    flink.set(JobManagerOptions.ADDRESS, LOOPBACK);
    flink.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    flink.set(JobManagerOptions.PORT, ports.rpc());
    flink.set(BlobServerOptions.PORT, Integer.toString(ports.blobs()));
    flink.set(TaskManagerOptions.HOST, LOOPBACK);
    flink.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    flink.set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
    flink.set(CoreOptions.DEFAULT_PARALLELISM, slots * taskManagers);
    flink.set(WebOptions.UPLOAD_DIR, folder.root().resolve("upload").toString());

    flink.set(JobManagerOptions.TOTAL_PROCESS_MEMORY, MemorySize.ofMebiBytes(1024));
    // What is asked for, and not shares of a whole: the process takes what these sum up to.
    flink.set(TaskManagerOptions.TASK_HEAP_MEMORY, MemorySize.ofMebiBytes(384 + 256L * slots));
    flink.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.ofMebiBytes(256L * slots));
    flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));

    // A TaskManager that was killed is missed within seconds.
    flink.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(2));
    flink.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofSeconds(20));
    flink.set(RpcOptions.ASK_TIMEOUT_DURATION, Duration.ofSeconds(30));

    // So that native libraries are loaded once a process, from its class path.
    flink.set(
        CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL,
        List.of("ai.onnxruntime.", "org.opencv.", "org.bytedeco."));

    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.checkpoints().toUri().toString());
    flink.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, folder.savepoints().toUri().toString());
    flink.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.DELETE_ON_CANCELLATION);
    own.forEach(flink::setString);
    return flink;
  }

  /** Ports of loopback. */
  record Ports(int rest, int rpc, int blobs) {}
}
