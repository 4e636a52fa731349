package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges at the edges of a file and beyond them. */
@Timeout(20)
class FileRangeTest {
  private static final int SIZE = 100;

  @TempDir Path directory;
  private Path file;
  private final RecordingChannel kernel = new RecordingChannel();

  @BeforeEach
  void makeFile() throws IOException {
    file = directory.resolve("stream");
    Files.write(file, ReadWriteFixture.array(0, SIZE));
  }

  private long openDescriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(
              fd -> {
                try {
                  return Files.readSymbolicLink(fd).equals(file.toRealPath());
                } catch (IOException e) {
                  return false; // gone since it was listed
                }
              })
          .count();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 10",
    "0, -1",
    "0, 101",
    "1, 100",
    "100, 1",
    "101, 0",
    "1, 9223372036854775807",
    "9223372036854775807, 9223372036854775807",
  })
  @EnabledOnOs(OS.LINUX)
  void outsideOfTheFileItIsRefusedAndNothingStaysOpen(long position, long count)
      throws IOException {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> FileRegion.open(file, position, count).close());
    assertTrue(e.getMessage().contains(position + "+" + count), e.getMessage());
    assertTrue(e.getMessage().contains("0 to 100"), e.getMessage());
    assertEquals(0, openDescriptors());
  }

  @ParameterizedTest
  @CsvSource({"0, 100", "99, 1", "40, 20"})
  void insideOfTheFileExactlyThatRangeIsSent(long position, int count) throws IOException {
    try (FileRegion region = FileRegion.open(file, position, count)) {
      assertEquals(count, region.transferTo(kernel, Long.MAX_VALUE));
      assertEquals(0, region.remaining());
      assertEquals(0, region.transferTo(kernel, Long.MAX_VALUE), "nothing is left");
      assertArrayEquals(ReadWriteFixture.array(position, count), kernel.taken.toByteArray());
    }
  }

  @Test
  void nothingAtTheEndOfTheFileIsNotCutOff() throws IOException {
    try (FileRegion region = FileRegion.open(file, SIZE, 0)) {
      assertEquals(0, region.transferTo(kernel, 10));
    }
  }

  @Test
  void theKernelIsFullInTheMiddle() throws IOException {
    try (FileRegion region = FileRegion.open(file)) {
      assertEquals(30, region.transferTo(kernel, 30));
      kernel.takes.add(0);
      assertEquals(0, region.transferTo(kernel, 30));
      assertEquals(SIZE - 30, region.remaining());
      assertEquals("FileRegion[" + file + " at 30, remaining=70]", region.toString());
      assertEquals(SIZE - 30, region.transferTo(kernel, 1000));
      assertArrayEquals(ReadWriteFixture.array(0, SIZE), kernel.taken.toByteArray());
    }
  }
}
