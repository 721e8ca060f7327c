// SPDX-License-Identifier: Apache-2.0
package io.sightline.local.cluster;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.util.InstantiationUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs that were submitted and have not ended, as files, so that a new JobManager can be given
 * them again: under a new id, from their last completed checkpoint. It is what high availability
 * does, which Flink has with ZooKeeper and Kubernetes alone, but from outside: a job that ended
 * less than a second before its JobManager died starts again.
 */
final class SubmittedJobs {

  private static final Logger LOG = LoggerFactory.getLogger(SubmittedJobs.class);
  private static final String SUFFIX = ".graph";
  private static final Pattern CHECKPOINT = Pattern.compile("chk-(\\d+)");

  private final ClusterFolder folder;

  SubmittedJobs(ClusterFolder folder) {
    this.folder = folder;
  }

  /** Keeps a job. Its graph holds what its options hold, secrets too: it is the user's alone. */
  void keep(JobGraph job) throws IOException {
    Path part = folder.jobs().resolve(job.getJobID() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(part, InstantiationUtil.serializeObject(job));
    Files.move(part, file(job.getJobID()), StandardCopyOption.ATOMIC_MOVE);
  }

  void forget(JobID job) throws IOException {
    Files.deleteIfExists(file(job));
  }

  /** Forgets those that have ended. */
  void forgetEnded(List<JobStatusMessage> jobs) throws IOException {
    for (JobStatusMessage job : jobs) {
      if (job.getJobState().isGloballyTerminalState()) {
        forget(job.getJobId());
      }
    }
  }

  /**
   * Makes the jobs of a JobManager that died ready for the next: each from its last completed
   * checkpoint, under a new id, since TaskManagers may hold the jar of the old one for some time
   * and take no other for it.
   */
  void renew() throws IOException, ClassNotFoundException {
    for (Path file : files()) {
      JobGraph job = read(file);
      JobID before = job.getJobID();
      Optional<String> checkpoint = lastCheckpoint(job);
      checkpoint.ifPresent(
          path ->
              job.setSavepointRestoreSettings(
                  SavepointRestoreSettings.forPath(path, false, RecoveryClaimMode.CLAIM)));
      job.setJobID(new JobID());
      keep(job);
      forget(before);
      LOG.info(
          "Job {} goes on as {}, from {}",
          before,
          job.getJobID(),
          checkpoint.orElse("where it began: it has no checkpoint of its own"));
    }
  }

  /** Gives a JobManager the jobs that it does not know. */
  void submitMissing(ClusterClient client) throws Exception {
    List<JobID> known = client.jobs().stream().map(JobStatusMessage::getJobId).toList();
    for (Path file : files()) {
      JobGraph job = read(file);
      if (!known.contains(job.getJobID())) {
        client.submit(job);
      }
    }
  }

  private static JobGraph read(Path file) throws IOException, ClassNotFoundException {
    return InstantiationUtil.deserializeObject(
        Files.readAllBytes(file), SubmittedJobs.class.getClassLoader());
  }

  /** The newest checkpoint whose metadata is whole: a file system shows no half of it. */
  private Optional<String> lastCheckpoint(JobGraph job) throws IOException {
    String root =
        job.getJobConfiguration()
            .getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
            .orElse(folder.checkpoints().toUri().toString());
    org.apache.flink.core.fs.Path checkpoints =
        new org.apache.flink.core.fs.Path(root, job.getJobID().toString());
    FileSystem files = checkpoints.getFileSystem();
    long newest = -1;
    for (FileStatus status : list(files, checkpoints)) {
      Matcher name = CHECKPOINT.matcher(status.getPath().getName());
      if (name.matches()
          && Long.parseLong(name.group(1)) > newest
          && files.exists(new org.apache.flink.core.fs.Path(status.getPath(), "_metadata"))) {
        newest = Long.parseLong(name.group(1));
      }
    }
    return newest < 0
        ? Optional.empty()
        : Optional.of(new org.apache.flink.core.fs.Path(checkpoints, "chk-" + newest).toString());
  }

  private static FileStatus[] list(FileSystem files, org.apache.flink.core.fs.Path folder)
      throws IOException {
    try {
      FileStatus[] found = files.listStatus(folder);
      return found == null ? new FileStatus[0] : found;
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.jobs())) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  private Path file(JobID job) {
    return folder.jobs().resolve(job + SUFFIX);
  }
}
