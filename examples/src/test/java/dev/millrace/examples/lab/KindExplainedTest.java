package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.Examples;
import dev.millrace.examples.Programs;
import dev.millrace.failure.FailureKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** {@code lab explain}: one kind, all kinds, and what is no kind. */
@Timeout(30)
class KindExplainedTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Where this JVM writes ASCII the others go past the writer of this test, to the terminal. */
  private static List<String> languagesHere() {
    boolean isAscii = !Charset.defaultCharset().newEncoder().canEncode("何ä");
    return isAscii ? List.of("en") : Advice.languages();
  }

  private int lab(String... args) {
    CommandLine line = Programs.commandLine(new Examples());
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[args.length + 1];
    all[0] = "lab";
    System.arraycopy(args, 0, all, 1, args.length);
    return line.execute(all);
  }

  @Test
  void aKindIsExplainedWithItsPropertiesTextsAndExperiments() {
    assertEquals(0, lab("explain", "ECONNRESET", "--lang", "en"));
    String text = out.toString();
    assertTrue(text.startsWith("ECONNRESET"), text);
    for (String part :
        List.of(
            "whose doing: the peer's",
            "worth a retry: yes",
            "log level: DEBUG",
            "met in: connect, read, write, transferTo",
            "shown by: econnreset-on-read",
            "what happened",
            "why it happens",
            "what prevents or cures it")) {
      assertTrue(text.contains(part), part + " is missing: " + text);
    }
    assertEquals("", err.toString());
  }

  @Test
  void everyKindIsExplainedInEveryLanguageWithinTheTerminal() {
    for (String lang : languagesHere()) {
      for (FailureKind kind : FailureKind.values()) {
        out.getBuffer().setLength(0);
        assertEquals(0, lab("explain", kind.symbol(), "--lang", lang));
        for (String line : out.toString().lines().toList()) {
          assertTrue(Wrap.width(line) <= 80, line);
        }
        assertEquals(kind.symbol(), out.toString().lines().findFirst().orElseThrow());
      }
    }
  }

  @Test
  void upperCaseAndHyphensDoNotMatter() {
    for (String typed : List.of("READ_IDLE", "read_idle", "Read-Idle")) {
      out.getBuffer().setLength(0);
      assertEquals(0, lab("explain", typed, "--lang", "EN"));
      assertTrue(out.toString().startsWith("READ_IDLE"), out::toString);
    }
  }

  @Test
  void withoutAKindAllAreListed() {
    assertEquals(0, lab("explain", "--lang", "en"));
    List<String> lines = out.toString().lines().toList();
    for (FailureKind kind : FailureKind.values()) {
      assertTrue(lines.contains(kind.symbol()), kind::symbol);
    }
  }

  @Test
  void anUnknownKindIsAnsweredInOneLineWithTheNearestAndAll() {
    assertEquals(2, lab("explain", "etimedot"));
    String first = err.toString().lines().findFirst().orElseThrow();
    assertTrue(first.contains("no kind 'etimedot'; the nearest is ETIMEDOUT; all are NONE"), first);
    assertTrue(first.endsWith("UNKNOWN"), first);
    assertEquals("", out.toString());
  }

  @Test
  void anUnknownLanguageIsWrongUsage() {
    assertEquals(2, lab("explain", "EPIPE", "--lang", "fr"));
    assertTrue(
        err.toString().startsWith("lab explain: --lang: there is no 'fr', allowed is en, de, ja"),
        err::toString);
  }

  @Test
  void aLineThatMustBreakKeepsWordsAndCodeTogetherAndPunctuationBehind() {
    assertEquals(List.of("one two", "three"), Wrap.lines("one two three", 9));
    assertEquals(List.of("a `b c`", "d"), Wrap.lines("a `b c` d", 7));
    assertEquals(List.of("あい", "う。"), Wrap.lines("あいう。", 7));
    assertEquals(List.of("（あ", "い）"), Wrap.lines("（あい）", 5));
    assertEquals(List.of("longer"), Wrap.lines("longer", 3));
    assertEquals(List.of(), Wrap.lines("", 10));
  }
}
