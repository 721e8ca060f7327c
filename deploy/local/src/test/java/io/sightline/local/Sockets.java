// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The TCP sockets of a process, as Linux lists them below {@code /proc}. */
final class Sockets {

  private static final String LISTENING = "0A";
  private static final Set<String> LOOPBACK =
      Set.of(
          "0100007F", // 127.0.0.1, the bytes of each word in the order of the machine
          "0000000000000000FFFF00000100007F",
          "00000000000000000000000001000000");

  private Sockets() {}

  /**
   * A socket that listens or is connected.
   *
   * @param address in hexadecimal: where it listens, or whom it is connected to
   */
  record Tcp(boolean listening, String address, int port) {

    boolean isLoopback() {
      return LOOPBACK.contains(address);
    }
  }

  static List<Tcp> of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      descriptors.forEach(descriptor -> addInode(descriptor, inodes));
    }
    List<Tcp> sockets = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      List<String> lines = Files.readAllLines(process.resolve("net").resolve(table));
      for (String line : lines.subList(1, lines.size())) {
        String[] fields = line.strip().split(" +", -1);
        if (inodes.contains(fields[9])) {
          boolean listening = fields[3].equals(LISTENING);
          String[] end = fields[listening ? 1 : 2].split(":", 2);
          sockets.add(new Tcp(listening, end[0], Integer.parseInt(end[1], 16)));
        }
      }
    }
    return sockets;
  }

  private static void addInode(Path descriptor, Set<String> inodes) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      if (target.startsWith("socket:[")) {
        inodes.add(target.substring("socket:[".length(), target.length() - 1));
      }
    } catch (NoSuchFileException e) {
      // It was closed meanwhile.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
