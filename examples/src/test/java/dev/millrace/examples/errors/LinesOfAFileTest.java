package dev.millrace.examples.errors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinesOfAFileTest {
  /** Gives so many bytes a read at the most. */
  private static final class Drips extends ByteArrayInputStream {
    private final int most;

    Drips(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] b, int off, int len) {
      return super.read(b, off, Math.min(len, most));
    }
  }

  private static List<String> lines(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    try (LogLines log = new LogLines(in)) {
      while (log.next()) {
        assertEquals(lines.size() + 1, log.number());
        lines.add(log.isTooLong() ? "(too long)" : new String(log.line(), 0, log.length(), UTF_8));
      }
    }
    return lines;
  }

  @Test
  void comeWholeHoweverTheBytesCome() throws IOException {
    byte[] log = "a\n\nbb\r\nä€😀\n{\"x\":1}".getBytes(UTF_8);
    List<String> expected = List.of("a", "", "bb", "ä€😀", "{\"x\":1}");
    for (int most = 1; most <= log.length; most++) {
      assertEquals(expected, lines(new Drips(log, most)));
      assertEquals(expected, lines(new Drips(Lines.gzip(log), most)));
    }
    assertEquals(List.of(), lines(new ByteArrayInputStream(new byte[0])));
    assertEquals(List.of(""), lines(new ByteArrayInputStream(new byte[] {'\n'})));
    assertEquals(List.of("\u001F"), lines(new ByteArrayInputStream(new byte[] {0x1F})));
  }

  @Test
  void oneOfAMebibyteIsKeptAndALongerOneIsSkipped() throws IOException {
    String longest = "x".repeat(LogLines.LONGEST_LINE);
    byte[] log = ("a\n" + longest + "\n" + longest + "y\nb\n" + longest + "yy").getBytes(UTF_8);
    assertEquals(
        List.of("a", longest, "(too long)", "b", "(too long)"),
        lines(new ByteArrayInputStream(log)));
    Reading reading = Lines.read(log);
    assertEquals(2, reading.damaged());
    assertEquals("some.log:3: longer than 1 MiB", reading.damagedNamed().get(0));
  }

  @Test
  void aCompressedFileThatIsCutIsReadAsFarAsItGoes() throws IOException {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      log.append(Lines.event(Lines.NOON + i * 7L, "kind=EPIPE;conn=" + i));
    }
    byte[] whole = Lines.gzip(log.toString().getBytes(UTF_8));
    long last = 0;
    for (int length = 2; length < whole.length; length += 37) {
      Reading reading = Lines.read(Arrays.copyOf(whole, length));
      assertEquals(1, reading.troubles().size(), () -> "" + reading.troubles());
      assertTrue(reading.troubles().get(0).startsWith("some.log is cut short"));
      assertTrue(reading.tally().total() >= last, "more bytes, and not less lines");
      last = reading.tally().total();
    }
    assertTrue(last > 400, "" + last);
    assertEquals(500, Lines.read(whole).tally().total());
    try (LogLines lines = new LogLines(new ByteArrayInputStream(whole))) {
      while (lines.next()) {
        assertNull(lines.cut());
      }
      assertNull(lines.cut());
    }
    try (LogLines lines = new LogLines(new ByteArrayInputStream(Arrays.copyOf(whole, 5)))) {
      assertEquals(false, lines.next());
      assertNotNull(lines.cut());
    }
  }

  @Test
  void compressedFilesOneBehindTheOther() throws IOException {
    byte[] once = Lines.gzip("a\n".getBytes(UTF_8));
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);
    assertEquals(List.of("a", "a"), lines(new ByteArrayInputStream(twice)));
  }
}
