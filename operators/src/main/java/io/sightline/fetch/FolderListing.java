// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** Looks into folders of any Flink file system without copying them. */
public final class FolderListing {

  private FolderListing() {}

  /**
   * Names of the files and folders in a folder.
   *
   * @param dir a path on the local disk, or a URI of any Flink file system
   * @return null where there is no such folder, or a file in its place
   * @throws IOException where that can't be told
   */
  public static @Nullable List<String> names(String dir) throws IOException {
    try {
      // A path without a scheme is one on the local disk, whatever Flink's default is.
      Path path = dir.indexOf(':') < 0 ? Path.fromLocalFile(new java.io.File(dir)) : new Path(dir);
      FileSystem fileSystem = path.getFileSystem();
      if (!fileSystem.getFileStatus(path).isDir()) {
        return null;
      }
      FileStatus[] children = fileSystem.listStatus(path);
      List<String> names = new ArrayList<>();
      for (FileStatus child : children == null ? new FileStatus[0] : children) {
        names.add(child.getPath().getName());
      }
      return names;
    } catch (FileNotFoundException e) {
      return null;
    }
  }
}
