// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flag that every command of a cluster has. */
final class FolderFlag {

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description =
          "Where the cluster keeps its configuration, logs, checkpoints and processes: a new or"
              + " empty folder, or that of a cluster before. Another folder is another cluster"
              + " (default: sightline/cluster in $XDG_STATE_HOME or ~/.local/state).")
  private @Nullable Path folder;

  FolderFlag() {}

  ClusterFolder folder() {
    if (folder != null) {
      return new ClusterFolder(folder);
    }
    String state = System.getenv("XDG_STATE_HOME");
    Path home =
        state == null || state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state);
    return new ClusterFolder(home.resolve("sightline").resolve("cluster"));
  }
}
