package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DatesInHttpTest {
  private static final long YEAR_10000 = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  @Test
  void eachIsWrittenAsTheJdkWritesItAndReadBack() {
    DateTimeFormatter jdk =
        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[] date = new byte[HttpDate.BYTES];
    for (int i = 0; i < 20_000; i++) {
      // Every day of some decades, leap years of both kinds among them, and then anything.
      long second = i < 15_000 ? i * 86_400L : random.nextLong(YEAR_10000);
      HttpDate.write(second, date, 0);
      String text = new String(date, StandardCharsets.US_ASCII);
      Instant instant = Instant.ofEpochSecond(second);
      assertEquals(jdk.format(instant), text, () -> "-Dmillrace.seed=" + seed);
      if (i % 10 == 0) {
        assertEquals(instant, HttpDate.parse(text), text);
      }
    }
  }

  @Test
  void theTwoOldFormsAreRead() {
    Instant expected = Instant.parse("1994-11-06T08:49:37Z");
    assertEquals(expected, HttpDate.parse("Sun, 06 Nov 1994 08:49:37 GMT"));
    assertEquals(expected, HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT"));
    assertEquals(expected, HttpDate.parse("Sun Nov  6 08:49:37 1994"));
    assertEquals(Instant.parse("1994-11-16T08:49:37Z"), HttpDate.parse("Wed Nov 16 08:49:37 1994"));
  }

  @Test
  void whatIsNoDateIsNone() {
    for (String text :
        new String[] {
          "",
          "now",
          "0",
          "Sun, 06 Nov 1994 08:49:37",
          "Sun, 06 Nov 1994 08:49:37 CET",
          "Sun, 32 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 25:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT.",
          "Mon, 06 Nov 1994 08:49:37 GMT"
        }) {
      assertNull(HttpDate.parse(text), text);
    }
  }
}
