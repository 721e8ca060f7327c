// SPDX-License-Identifier: Apache-2.0
package io.sightline.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.reference.Reason;
import io.sightline.reference.RejectedException;
import io.sightline.testing.TestArchives;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageArchiveTest {

  private static final int MAX_BYTES = 1000;

  private enum Form {
    TAR,
    TAR_GZ,
    ZIP
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void imagesComeInTheOrderOfTheArchiveAndNothingElseDoes(Form form) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("b/", new byte[0]);
    files.put("b/z.jpg", bytes("first"));
    files.put("notes.txt", new byte[5000]);
    files.put("a/é.PNG", bytes("second"));
    files.put("__MACOSX/a/x.png", bytes("of macOS"));
    files.put("a/._y.png", bytes("of macOS"));
    files.put("a/" + "long".repeat(60) + ".png", bytes("third"));
    Path file = write(form, files);

    List<ImageArchive.Entry> entries = entries(file);

    assertThat(entries)
        .extracting(ImageArchive.Entry::name)
        .containsExactly(
            file + "!/b/z.jpg", file + "!/a/é.PNG", file + "!/a/" + "long".repeat(60) + ".png");
    assertThat(entries)
        .extracting(entry -> new String(entry.bytes(), UTF_8))
        .containsExactly("first", "second", "third");
    assertThat(entries).extracting(ImageArchive.Entry::index).containsExactly(1, 3, 6);
    assertThat(entries).extracting(ImageArchive.Entry::rejection).containsOnlyNulls();
  }

  @Test
  void aTarWhoseFirstNameBeginsAsAZipDoesIsATar() throws IOException {
    Path file = write(Form.TAR, Map.of("PKLot/a.png", bytes("parked")));
    assertThat(entries(file))
        .extracting(entry -> new String(entry.bytes(), UTF_8))
        .containsExactly("parked");
  }

  @ParameterizedTest
  @EnumSource
  void anEntryIsReadAgainByItsIndex(Form form) throws Exception {
    Path file = write(form, Map.of("a.png", bytes("a"), "b.png", bytes("b"), "c.png", bytes("c")));
    for (ImageArchive.Entry entry : entries(file)) {
      ImageArchive.Entry again = ImageArchive.read(file, entry.index(), MAX_BYTES);
      assertThat(again.name()).isEqualTo(entry.name());
      assertThat(again.bytes()).isEqualTo(entry.bytes());
    }
    RejectedException gone =
        catchThrowableOfType(RejectedException.class, () -> ImageArchive.read(file, 3, MAX_BYTES));
    assertThat(gone.reason()).isEqualTo(Reason.NOT_FOUND);
  }

  @ParameterizedTest
  @EnumSource
  void namesThatLeadOutOfTheArchiveAreRejectedAndTheOthersCome(Form form) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name :
        List.of("../a.png", "b/../../c.png", "/etc/d.png", "C:\\e.png", "..\\f.png")) {
      files.put(name, bytes("out"));
    }
    files.put("b/...png", bytes("in"));
    List<ImageArchive.Entry> entries = entries(write(form, files));
    assertThat(entries.subList(0, 5))
        .allSatisfy(
            entry -> {
              assertRejected(entry, Reason.UNSAFE_ENTRY, "absolute or has ..");
              assertThat(entry.bytes()).isEmpty();
            });
    assertThat(entries.get(5).rejection()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void anEntryMayHaveAsManyBytesAsAnyImage(Form form) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.png", new byte[MAX_BYTES]);
    files.put("b.png", new byte[MAX_BYTES + 1]);
    files.put("c.png", new byte[0]);
    List<ImageArchive.Entry> entries = entries(write(form, files));
    assertThat(entries.get(0).bytes()).hasSize(MAX_BYTES);
    assertRejected(entries.get(1), Reason.TOO_LARGE, "1001 bytes exceed fetch.max-bytes (1000)");
    assertRejected(entries.get(2), Reason.EMPTY_CONTENT, "empty");
    assertThat(entries).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO})
  void linksAndDevicesAreRejected(byte type) throws IOException {
    Path file = write("links.tar", TestArchives.tarOfLink("a.png", type, "/etc/passwd"));
    assertThat(entries(file))
        .singleElement()
        .satisfies(entry -> assertRejected(entry, Reason.UNSAFE_ENTRY, "a link"));
  }

  @Test
  void anEncryptedEntryIsRejectedAndTheOthersCome() throws IOException {
    byte[] zip = TestArchives.zip(ordered("a.png", "secret", "b.png", "open"));
    int central = indexOf(zip, "PK\1\2");
    zip[central + 8] |= 1;
    List<ImageArchive.Entry> entries = entries(write("some.zip", zip));
    assertRejected(entries.get(0), Reason.FORBIDDEN, "encrypted");
    assertThat(entries.get(1).bytes()).isEqualTo(bytes("open"));
  }

  @Test
  void aBrokenEntryOfAZipIsRejectedAndTheOthersCome() throws IOException {
    byte[] zip = TestArchives.zip(ordered("a.png", "broken".repeat(50), "b.png", "whole"));
    ByteBuffer header = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int data = 30 + header.getShort(26) + header.getShort(28);
    Arrays.fill(zip, data + 2, data + 6, (byte) 0xFF);
    List<ImageArchive.Entry> entries = entries(write("some.zip", zip));
    assertRejected(entries.get(0), Reason.INCOMPLETE, "can't be read");
    assertThat(entries.get(1).bytes()).isEqualTo(bytes("whole"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTarThatBreaksOffGivesWhatCameBeforeAndOneRejection(boolean compressed) throws IOException {
    byte[] random = new byte[900];
    new SplittableRandom(1).nextBytes(random);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.png", random);
    files.put("b.png", random.clone());
    files.put("c.png", random.clone());
    byte[] tar = TestArchives.tar(files);
    byte[] cut =
        compressed ? TestArchives.gzip(Arrays.copyOf(tar, 3900)) : Arrays.copyOf(tar, 3900);
    List<ImageArchive.Entry> entries = entries(write("cut.tar", cut));
    assertThat(entries).hasSize(3);
    assertThat(entries.get(1).bytes()).isEqualTo(random);
    assertRejected(entries.get(2), Reason.CORRUPT_ARCHIVE, "after its entry");
    assertThat(entries.get(2).name()).endsWith("cut.tar");
  }

  @ParameterizedTest
  @ValueSource(strings = {"some.tar", "some.tar.gz", "some.zip"})
  void whatIsNoArchiveIsOneRejection(String name) throws IOException {
    for (byte[] content :
        List.of(
            new byte[0], bytes("no archive"), bytes("PK\3\4 no zip"), bytes("\37\213 no gzip"))) {
      assertThat(entries(write(name, content)))
          .singleElement()
          .satisfies(entry -> assertRejected(entry, Reason.CORRUPT_ARCHIVE, "can't be read"));
    }
  }

  @Test
  void aFileThatIsNotThereIsOneRejection() {
    assertThat(entries(folder.resolve("none.tar")))
        .singleElement()
        .satisfies(entry -> assertRejected(entry, Reason.NOT_FOUND, "does not exist"));
  }

  /** The long name of an entry is read into memory: here it would have 64 MB. */
  @Test
  @Timeout(20)
  void aHeaderThatUnpacksToMuchIsRejectedBeforeItIsThere() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.write(header(TarConstants.LF_GNUTYPE_LONGNAME, 64 << 20));
    tar.write(new byte[64 << 20]);
    assertThat(entries(write("name.tar.gz", TestArchives.gzip(tar.toByteArray()))))
        .singleElement()
        .satisfies(entry -> assertRejected(entry, Reason.CORRUPT_ARCHIVE, "bytes of header"));
  }

  /** What is skipped of an entry is less than its header says: of these, nothing. */
  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_DIR, TarConstants.LF_GNUTYPE_SPARSE})
  @Timeout(20)
  void theSizeOfAnEntryThatHasNoContentAllowsForNoLargerHeader(byte type) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.write(header(type, 077_777_777_000L));
    tar.write(header(TarConstants.LF_GNUTYPE_LONGNAME, 8 << 20));
    tar.write(new byte[8 << 20]);
    assertThat(entries(write("name.tar.gz", TestArchives.gzip(tar.toByteArray()))))
        .singleElement()
        .satisfies(entry -> assertRejected(entry, Reason.CORRUPT_ARCHIVE, "bytes of header"));
  }

  @Test
  void headersThatFollowEachOtherWithoutEndAreACorruptArchive() throws Exception {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (int i = 0; i < 2000; i++) {
      tar.write(header(TarConstants.LF_PAX_EXTENDED_HEADER_LC, 0));
    }
    Path file = write("headers.tar", tar.toByteArray());
    CompletableFuture<List<ImageArchive.Entry>> entries = new CompletableFuture<>();
    Runnable read =
        () -> {
          try {
            entries.complete(entries(file));
          } catch (Throwable e) {
            entries.completeExceptionally(e);
          }
        };
    new Thread(null, read, "with a small stack", 256 << 10).start();
    assertThat(entries.get(20, TimeUnit.SECONDS))
        .singleElement()
        .satisfies(entry -> assertRejected(entry, Reason.CORRUPT_ARCHIVE, "too many headers"));
  }

  @Test
  @Timeout(20)
  void anArchiveThatUnpacksToFarMoreThanItsSizeIsLeft() throws IOException {
    byte[] tar =
        TestArchives.tar(ordered("a.png", "a", "b.txt", "x".repeat(3 << 20), "c.png", "c"));
    Path file = write("bomb.tar.gz", TestArchives.gzip(tar));
    List<ImageArchive.Entry> entries = new ArrayList<>();
    try (ImageArchive archive =
        ImageArchive.open(file, MAX_BYTES, name -> name.endsWith(".png"), 1 << 20)) {
      addAll(archive, entries);
    }
    assertThat(entries.get(0).bytes()).isEqualTo(bytes("a"));
    assertRejected(entries.get(1), Reason.TOO_LARGE, "unpacks to more than 1048576 bytes");
    assertThat(entries).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(60)
  void mutatedArchivesGiveEntriesOrRejections(Form form) throws IOException {
    byte[] whole =
        Files.readAllBytes(write(form, ordered("a.png", "one".repeat(90), "b.png", "two")));
    SplittableRandom random = new SplittableRandom(3);
    Path file = folder.resolve("mutated");
    int rejected = 0;
    for (int i = 0; i < 500; i++) {
      byte[] mutated = Arrays.copyOf(whole, random.nextInt(whole.length / 2, whole.length + 1));
      for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, mutated);
      for (ImageArchive.Entry entry : entries(file)) {
        rejected += entry.rejection() == null ? 0 : 1;
      }
    }
    assertThat(rejected).isPositive();
  }

  private static byte[] header(byte type, long size) {
    byte[] header = Arrays.copyOf(TestArchives.tar(ordered("some", "")), 512);
    header[156] = type;
    System.arraycopy(bytes("ustar  \0"), 0, header, 257, 8); // as GNU's tar has it
    byte[] octal = "%011o".formatted(size).getBytes(UTF_8);
    System.arraycopy(octal, 0, header, 124, 11);
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    System.arraycopy("%06o\0 ".formatted(sum).getBytes(UTF_8), 0, header, 148, 8);
    return header;
  }

  private static Map<String, byte[]> ordered(String... namesAndContents) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      files.put(namesAndContents[i], bytes(namesAndContents[i + 1]));
    }
    return files;
  }

  private static List<ImageArchive.Entry> entries(Path file) {
    List<ImageArchive.Entry> entries = new ArrayList<>();
    try (ImageArchive archive =
        ImageArchive.open(file, MAX_BYTES, name -> name.matches("(?is).*\\.(png|jpg)"))) {
      addAll(archive, entries);
    }
    return entries;
  }

  private static void addAll(ImageArchive archive, List<ImageArchive.Entry> entries) {
    for (ImageArchive.Entry entry = archive.next(); entry != null; entry = archive.next()) {
      entries.add(entry);
    }
    assertThat(archive.next()).isNull();
  }

  private static void assertRejected(ImageArchive.Entry entry, Reason reason, String detail) {
    @Nullable RejectedException rejection = entry.rejection();
    assertThat(rejection).isNotNull().hasMessageContaining(detail);
    assertThat(rejection.reason()).isEqualTo(reason);
  }

  private Path write(Form form, Map<String, byte[]> files) throws IOException {
    return switch (form) {
      case TAR -> write("some.tar", TestArchives.tar(files));
      case TAR_GZ -> write("some.tgz", TestArchives.gzip(TestArchives.tar(files)));
      case ZIP -> write("some.zip", TestArchives.zip(files));
    };
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static int indexOf(byte[] bytes, String signature) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
    int wanted = ByteBuffer.wrap(bytes(signature)).getInt();
    int at = 0;
    while (buffer.getInt(at) != wanted) {
      at++;
    }
    return at;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(text.startsWith("\37") ? ISO_8859_1 : UTF_8);
  }
}
