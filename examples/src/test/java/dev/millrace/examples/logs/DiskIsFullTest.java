package dev.millrace.examples.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.OutsideProgram;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real one: a tmpfs of some pages, in a mount namespace of the child's own. */
@Timeout(120)
class DiskIsFullTest {
  @TempDir Path directory;

  @Test
  void aWriteThatFailsIsCountedAndThrowsNothing() throws IOException {
    Path device = Path.of("/dev/full");
    if (!Files.exists(device)) {
      OutsideProgram.require("/dev/full");
    }
    try (WholeLines lines = new WholeLines(device.toFile())) {
      byte[] line = "line\n".getBytes(StandardCharsets.US_ASCII);
      lines.write(line, 0, line.length);
      lines.write(line, 0, line.length);
      assertEquals(2, lines.lost());
      assertNotNull(lines.failure());
    }
  }

  @Test
  void aDirectoryThatIsGoneAndComesBack() throws IOException {
    File file = directory.resolve("made later/some.jsonl").toFile();
    byte[] line = "line\n".getBytes(StandardCharsets.US_ASCII);
    try (WholeLines lines = new WholeLines(file)) {
      lines.write(line, 0, line.length);
      assertEquals(1, lines.lost());
      assertTrue(file.getParentFile().mkdir());
      lines.write(line, 0, line.length);
      assertEquals(1, lines.lost());
      assertNull(lines.failure());
    }
    assertEquals("line\n", Files.readString(file.toPath()));
  }

  /**
   * The child fills a disk of 512 KiB again and again, with files rolled at 32 KiB and compressed,
   * makes room, fills it again, and reads back every line of every file.
   */
  @Test
  void linesAreWholeAndThoseLostAreCountedAndToldWhileFilesAreRolled() throws Exception {
    List<String> said = onADiskOf("512k", LogStorm.class);
    Map<String, Long> counts = LogStorm.counts(said);
    assertEquals(0, counts.get("damaged"), said::toString);
    assertTrue(counts.get("lost") > 0, said::toString);
    assertTrue(counts.get("whileFull") > 0, said::toString);
    assertTrue(counts.get("afterwards") == LogStorm.AFTERWARDS, said::toString);
    // One more than was logged: that the file can't be written is a line for the file as well.
    assertEquals(counts.get("logged") + 1, counts.get("lost") + counts.get("read"), said::toString);
    assertEquals(counts.get("lost"), counts.get("told"), said::toString);
    // Told once, not with each line: a minute has not passed.
    assertEquals(
        1, said.stream().filter(l -> l.contains("log file not written")).count(), said::toString);
    assertFalse(said.toString().contains("Exception in"), said::toString);
  }

  private List<String> onADiskOf(String size, Class<?> main) throws Exception {
    OutsideProgram.require("unshare", "mount");
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    boolean isRoot = "root".equals(System.getProperty("user.name"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                isRoot ? "-m" : "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=" + size + " tmpfs " + directory + " && exec \"$@\"",
                "sh"));
    command.addAll(
        Arrays.asList(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            main.getName(),
            directory.toString()));
    Path out = Files.createTempFile("millrace", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      assertTrue(process.waitFor(100, TimeUnit.SECONDS), "still running");
      List<String> said = Files.readAllLines(out);
      assertEquals(0, process.exitValue(), said::toString);
      return said;
    } finally {
      Files.delete(out);
    }
  }
}
