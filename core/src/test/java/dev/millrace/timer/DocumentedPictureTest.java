package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the comments say of the wheel's numbers, places and use is what the code does. */
class DocumentedPictureTest {
  private static final Logger log = LoggerFactory.getLogger(DocumentedPictureTest.class);
  private static final Path MAIN = Path.of("src/main/java/dev/millrace/timer");
  private static final Path TEST = Path.of("src/test/java/dev/millrace/timer");
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  @Test
  void tableOfSpansIsThatOfTheConstants() throws IOException {
    Pattern row = Pattern.compile("// +(\\d) +([\\d.]+ \\w+) +([\\d.]+ \\w+)(  .*)?");
    List<String> documented = new ArrayList<>();
    for (String line : Files.readAllLines(MAIN.resolve("TimerWheel.java"))) {
      Matcher matcher = row.matcher(line.strip());
      if (matcher.matches()) {
        documented.add(matcher.group(1) + ": " + matcher.group(2) + ", " + matcher.group(3));
      }
    }
    List<String> computed = new ArrayList<>();
    for (int level = 0; level < TimerWheel.LEVELS; level++) {
      double slot = TICK * Math.pow(2, level * TimerWheel.DIGIT_BITS);
      double span = slot * Math.pow(2, TimerWheel.DIGIT_BITS);
      computed.add(level + ": " + text(slot) + ", " + text(span));
    }
    assertEquals(computed, documented);
  }

  @Test
  void timerMovesThroughTheSlotsOfThePicture() {
    long current = (2 * 64 + 60) * 64 + 17;
    long due = (3 * 64 + 5) * 64 + 40;
    assertTrue(picture("current tick", 2, 60, 17) && picture("due in tick", 3, 5, 40));
    TimerWheel wheel = new TimerWheel(0);
    wheel.advance(current * TICK);
    Timer timer = new RecordingTimer("a", new ArrayList<>());
    wheel.schedule(timer, due * TICK);
    assertEquals(slot(2, 3), timer.slot);
    wheel.advance((3 * 64 * 64 - 1) * TICK);
    assertEquals(slot(2, 3), timer.slot);
    wheel.advance(3 * 64 * 64 * TICK);
    assertEquals(slot(1, 5), timer.slot);
    wheel.advance((3 * 64 + 5) * 64 * TICK);
    assertEquals(slot(0, 40), timer.slot);
    assertNull(wheel.poll());
    wheel.advance(due * TICK);
    assertSame(timer, wheel.poll());
  }

  @Test
  void exampleInTheDocumentationIsTheOneCompiledHere() throws IOException {
    String documentation = Files.readString(MAIN.resolve("TimerWheel.java"));
    int from = documentation.indexOf("{@code\n") + "{@code\n".length();
    String example = documentation.substring(from, documentation.indexOf("}</pre>", from));
    String test = Files.readString(TEST.resolve("DocumentedPictureTest.java"));
    assertTrue(
        normalised(test).contains(normalised(example.replaceAll("(?m)^ \\* ?", ""))), example);
  }

  /** Compiled, not run: a test does not sleep. */
  static void example() {
    TimerWheel wheel = new TimerWheel(System.nanoTime());
    Timer greeting =
        new Timer() {
          @Override
          protected void onTimer() {
            log.info("half a second later");
          }
        };
    wheel.schedule(greeting, wheel.deadlineAfter(System.nanoTime(), 500_000_000));
    while (wheel.size() > 0) {
      LockSupport.parkNanos(wheel.nextDelayNanos(System.nanoTime()));
      wheel.expire(System.nanoTime(), 1_000);
    }
  }

  private static boolean picture(String label, int level2, int level1, int level0) {
    String row = label + "( +0){5} +" + level2 + " +" + level1 + " +" + level0 + "\\b";
    try {
      return Pattern.compile(row)
          .matcher(Files.readString(MAIN.resolve("package-info.java")))
          .find();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int slot(int level, int digit) {
    return (level << TimerWheel.DIGIT_BITS) + digit;
  }

  private static String text(double nanos) {
    String[] units = {"ms", "s", "min", "h", "d", "y"};
    double[] lengths = {1e6, 1e9, 60e9, 3_600e9, 86_400e9, 365.25 * 86_400e9};
    int unit = 0;
    while (unit + 1 < units.length && nanos >= lengths[unit + 1]) {
      unit++;
    }
    double amount = nanos / lengths[unit];
    MathContext digits = new MathContext(amount < 1_000 ? 3 : 4);
    return new BigDecimal(amount).round(digits).toPlainString() + " " + units[unit];
  }

  private static String normalised(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
