package dev.millrace.examples.errors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.examples.errors.Failure.Way;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LinesOfManyKindsTest {
  private static final String ONE =
      "kind=ECONNRESET;certainty=CERTAIN;op=READ;state=OPEN;endedBy=PEER;remote=192.0.2.1:4711;in=5;unsent=7";
  private static final String MANY =
      "kind=ECONNRESET;count=10;first=2026-11-21T11:59:51Z;last=2026-11-21T11:59:59.5Z;"
          + "certainties=CERTAIN=10;ops=READ=7 WRITE=3;states=OPEN=10;endedBys=PEER=10;unsent=3;"
          + "peers=192.0.2.1=6 192.0.2.2=1..3";

  private static Map<String, Long> kinds(Reading reading) {
    return reading.tally().kinds().stream().collect(Collectors.toMap(k -> k.kind, k -> k.count));
  }

  @Test
  void eventsAndWindowsOfTheFailureLogAsJson() {
    Reading reading =
        Lines.read(
            Lines.event(Lines.NOON, ONE),
            Lines.window(Lines.NOON, MANY),
            Lines.json(Lines.NOON, "listening Server[open=0]", ""));
    assertEquals(Map.of("ECONNRESET", 11L), kinds(reading));
    assertEquals(Map.of("READ", 8L, "WRITE", 3L), reading.tally().all(k -> k.operations));
    assertEquals(Map.of("CERTAIN", 11L), reading.tally().all(k -> k.certainties));
    assertEquals(
        List.of(new HeavyHitters.Hit("192.0.2.1", 7, 7), new HeavyHitters.Hit("192.0.2.2", 1, 1)),
        reading.tally().peers.top(9));
    assertEquals(3, reading.tally().unnamed(), "of ten six and one have a name");
    assertEquals(10, reading.tally().unsent());
    assertEquals(1, reading.others());
    assertEquals(0, reading.damaged());
  }

  @Test
  void theSameOnTheConsole() {
    Reading reading =
        Lines.read(
            "11:59:58.000 DEBUG FailureLog connection failed kind=\"ECONNRESET\" op=\"READ\""
                + " state=\"OPEN\" remote=\"192.0.2.1:4711\" in=\"5\" cause=\"java.io.IOException:"
                + " kind='EMFILE' x\"\n",
            "11:59:59.000 DEBUG FailureLog connections failed kind=\"ECONNRESET\" count=\"10\""
                + " first=\"2026-11-21T11:59:51Z\" last=\"2026-11-21T11:59:58Z\" ops=\"READ=7"
                + " WRITE=3\" peers=\"192.0.2.1=10\"\n",
            "12:34:56.000 INFO  FailureLog failures are logged windowMs=\"10000\"\n");
    assertEquals(Map.of("ECONNRESET", 11L), kinds(reading));
    assertEquals(Map.of("READ", 8L, "WRITE", 3L), reading.tally().all(k -> k.operations));
    assertEquals(List.of(new HeavyHitters.Hit("192.0.2.1", 11, 11)), reading.tally().peers.top(9));
    assertEquals(Lines.NOON - 9_000, reading.tally().bins.startMillis(0));
    assertEquals(0, reading.tally().timeless());
  }

  private static CloseRecord record(FailureKind kind, long unsent) throws IOException {
    return new CloseRecord(
        7,
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 99),
        EndedBy.PEER,
        kind,
        Certainty.BY_TEXT,
        ConnectionState.OPEN_DRAINING,
        Operation.WRITE,
        1,
        2,
        unsent,
        0,
        0,
        Duration.ofMillis(5),
        Duration.ofMillis(6),
        "said kind=EMFILE conn=8",
        new IOException("Broken pipe"));
  }

  @Test
  void closeRecordsOfTheCoreAndOfVerbosePrograms() throws IOException {
    String printed = record(FailureKind.EPIPE, 9) + "\n";
    for (String line :
        List.of(printed, "target " + printed, "11:59:58.000 DEBUG EventLoop closed " + printed)) {
      Reading reading = Lines.read(line, record(FailureKind.NONE, 0) + "\n");
      assertEquals(Map.of("EPIPE", 1L), kinds(reading), line);
      assertEquals(Map.of("BY_TEXT", 1L), reading.tally().all(k -> k.certainties));
      assertEquals("192.0.2.1", reading.tally().peers.top(1).get(0).name());
      assertEquals(1, reading.orderly());
      assertEquals(line.contains("closed") ? Way.RECORD : Way.PRINTED, reading.way());
    }
    String message = "closed " + record(FailureKind.EPIPE, 9).toString().replace("\"", "\\\"");
    Reading reading = Lines.read(Lines.json(Lines.NOON, message, ""));
    assertEquals(Map.of("EPIPE", 1L), kinds(reading));
    assertEquals(Way.RECORD, reading.way());
  }

  @Test
  void anOrderlyEndThatLostBytesIsAFailure() throws IOException {
    assertEquals(Map.of("NONE", 1L), kinds(Lines.read(record(FailureKind.NONE, 5) + "\n")));
  }

  @Test
  void episodesOfAcceptingAreAddedOnce() {
    Reading reading =
        Lines.read(
            Lines.event(Lines.NOON, ONE),
            "accept failed on 127.0.0.1:7007, still going on forMs=30000 count=70 kind=EMFILE"
                + " certainty=CERTAIN shed=3\n",
            "12:00:00.000 WARN  EventLoop accept failed on 127.0.0.1:7007 lastedMs=1306 count=75"
                + " kind=EMFILE certainty=CERTAIN shed=15\n");
    assertEquals(Map.of("ECONNRESET", 1L, "EMFILE", 75L), kinds(reading));
    assertEquals(1, reading.damaged(), "what is no JSON behind JSON, and no failure either");
    reading =
        Lines.read(
            Lines.event(Lines.NOON, ONE),
            Lines.json(
                Lines.NOON,
                "accept failed on 127.0.0.1:7007 lastedMs=1306 count=75 kind=EMFILE shed=15",
                ""),
            Lines.json(
                Lines.NOON,
                "accept failed on x:1, still going on forMs=30000 count=70 kind=EMFILE shed=3",
                ""));
    assertEquals(Map.of("ECONNRESET", 1L, "EMFILE", 75L), kinds(reading));
    assertEquals(75, reading.count(Way.EPISODE));
    assertEquals(75, reading.tally().kind("EMFILE").operations.of("ACCEPT"));
  }

  @Test
  void failuresThatAreInTheLogInThreeWaysAreCountedInOne() throws IOException {
    String printed = record(FailureKind.EPIPE, 9) + "\n";
    Reading reading =
        Lines.read(
            "11:59:58.000 DEBUG EventLoop closed " + printed,
            printed,
            "11:59:58.000 INFO  FailureLog connection failed kind=\"EPIPE\" op=\"WRITE\"\n",
            "11:59:59.000 DEBUG EventLoop closed " + printed,
            printed);
    assertEquals(2, reading.tally().total());
    assertEquals(Way.RECORD, reading.way());
    assertEquals(1, reading.count(Way.EVENT));
    assertEquals(2, reading.count(Way.PRINTED));
    String summary = TextReport.summary(reading, java.time.ZoneOffset.UTC).toString();
    assertTrue(summary.contains("left out, as they may tell of the same failures: 2 clo"), summary);
    assertTrue(summary.contains("read their files alone to count them"), summary);
  }

  @Test
  void linesThatWereLostAreSummedUp() {
    Reading reading =
        Lines.read(
            Lines.json(Lines.NOON, "log lines lost", "lost=500"),
            Lines.json(Lines.NOON, "failure log lines lost", "lost=3;first=x"),
            Lines.json(Lines.NOON, "log lines lost", "lost=-3"));
    assertEquals(503, reading.linesLost());
    assertEquals(1, reading.damaged());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"timestamp":17                                             | no JSON: Unexpected end-of-input
          {"timestamp":"x"}                                           | timestamp is no number
          {"kvpList": 7}                                              | kvpList is no array
          {"kvpList": [{"kind":"EPIPE"}                               | no JSON: Unexpected end-of-input
          {"message": 7}                                              | the message is no string
          {} {}                                                       | more than one JSON object in it
          {}}                                                         | no JSON: Unexpected close marker
          {"kvpList": [{"kind":"EPIPE"},{"count":"x"}],"message":"connections failed"} | count is 'x', no number
          {"kvpList": [{"kind":"EPIPE"},{"count":"0"}],"message":"connections failed"} | count is 0
          {"kvpList": [{"kind":"EPIPE"}],"message":"connections failed"}               | count is 'none', no number
          {"kvpList": [{"kind":"EPIPE"},{"count":"2"},{"ops":"READ=x"}],"message":"connections failed"} | 'READ=x' is no share
          {"kvpList": [{"kind":"EPIPE"},{"count":"2"},{"ops":"READ=-5"}],"message":"connections failed"} | 'READ=-5' is no share
          {"kvpList": [{"kind":"EPIPE"},{"count":"2"},{"states":"OPEN=2 =1"}],"message":"connections failed"} | '=1' is no share
          {"kvpList": [{"kind":"EPIPE"},{"count":"2"},{"states":"OPEN=2 HALF=1"}],"message":"connections failed"} | 'OPEN=2 HALF=1' are more than the count, 2
          {"kvpList": [{"kind":"EPIPE"},{"count":"2"},{"endedBys":"PEER=9223372036854775807 US=3"}],"message":"connections failed"} | 'PEER=9223372036854775807' is no share
          {"kvpList": [{"kind":"EPIPE"},{"count":"2"},{"first":"x"},{"last":"y"}],"message":"connections failed"} | first or last is no time
          {"kvpList": [{"kind":"EPIPE"},{"in":"99999999999999999999"}],"message":"connection failed"} | in is '99999999999999999999', no number
          """)
  void damagedLinesAreNamedAndNothingElseSuffers(String line, String why) {
    Reading reading =
        Lines.read(Lines.event(Lines.NOON, ONE), line + "\n", Lines.event(Lines.NOON, ONE));
    assertEquals(1, reading.damaged());
    String named = reading.damagedNamed().get(0);
    assertTrue(named.startsWith("some.log:2: " + why), named);
    assertTrue(reading.tally().count("ECONNRESET") == 2, named);
    assertEquals(2, reading.tally().total(), "nothing of a damaged line is counted");
    assertEquals(Map.of("READ", 2L), reading.tally().all(k -> k.operations));
  }

  private static String console(String time) {
    return time + " DEBUG FailureLog connection failed kind=\"ECONNRESET\" op=\"READ\"\n";
  }

  private static Reading consoleUntil(String lastChange, String... times) {
    StringBuilder log = new StringBuilder();
    for (String time : times) {
      log.append(console(time));
    }
    return Lines.read(log.toString().getBytes(UTF_8), Instant.parse(lastChange).toEpochMilli());
  }

  private static void assertFromTo(Reading reading, String from, String to) {
    assertEquals(0, reading.tally().timeless());
    assertEquals(from, Instant.ofEpochMilli(reading.tally().earliestMillis()).toString());
    assertEquals(to, Instant.ofEpochMilli(reading.tally().latestMillis()).toString());
  }

  @Test
  void consoleLinesBetweenEightAndNineInTheEveningHaveATimeToo() {
    assertFromTo(
        consoleUntil("2026-11-21T21:00:00Z", "19:59:59.999", "20:15:00.000", "20:59:59.999"),
        "2026-11-21T19:59:59.999Z",
        "2026-11-21T20:59:59.999Z");
    assertFromTo(
        consoleUntil("2026-11-21T21:00:00Z", "2026-11-19T20:15:00.123", "2026-11-20 20:15:00,123"),
        "2026-11-19T20:15:00.123Z",
        "2026-11-20T20:15:00.123Z");
  }

  @Test
  void aFileWhoseTimeIsOlderThanItsLastLineIsOfOneDayAllTheSame() {
    assertFromTo(
        consoleUntil("2026-11-21T12:00:00.001Z", "11:59:00.000", "12:00:00.004", "12:00:59.000"),
        "2026-11-21T11:59:00Z",
        "2026-11-21T12:00:59Z");
    assertFromTo(
        consoleUntil("2026-11-21T23:59:59.999Z", "23:59:59.998", "00:00:00.002"),
        "2026-11-21T23:59:59.998Z",
        "2026-11-22T00:00:00.002Z");
    assertFromTo(
        consoleUntil("2026-11-21T00:00:10Z", "23:59:59.000", "00:00:09.000"),
        "2026-11-20T23:59:59Z",
        "2026-11-21T00:00:09Z");
  }

  @Test
  void aConsoleLogOfSeveralDaysIsSaidToBe() {
    Reading nights =
        consoleUntil(
            "2026-11-21T02:00:00Z", "23:00:00.000", "01:00:00.000", "23:00:00.000", "01:00:00.000");
    assertEquals(
        List.of(
            "some.log goes on for a day or longer, and its times have no dates: all of them are"
                + " taken to be of its last 24 hours"),
        nights.troubles());
    assertEquals(
        1,
        consoleUntil("2026-11-21T23:30:00Z", "22:00:00.000", "01:00:00.000", "23:00:00.000")
            .troubles()
            .size());
    for (String[] aDay :
        List.of(
            new String[] {"23:00:00.000", "01:00:00.000", "22:58:59.000"},
            new String[] {"02:59:59.000", "02:00:00.000", "12:00:00.000"},
            new String[] {"11:59:59.002", "11:59:59.001", "11:59:59.003"})) {
      assertEquals(List.of(), consoleUntil("2026-11-21T23:30:00Z", aDay).troubles());
    }
  }

  @Test
  void theFirstAndTheLastTimeAreThoseOfLinesAndNotOfBins() {
    StringBuilder log = new StringBuilder(Lines.event(Lines.NOON + 1_234, ONE));
    log.append(Lines.event(Lines.NOON + 86_400_000 * 3 + 5_678, ONE));
    Reading reading = Lines.read(log.toString());
    assertFromTo(reading, "2026-11-21T12:00:01.234Z", "2026-11-24T12:00:05.678Z");
    String summary = TextReport.summary(reading, java.time.ZoneOffset.UTC).toString();
    assertTrue(summary.contains("from 2026-11-21 12:00:01 to 2026-11-24 12:00:05 (Z)"), summary);
    assertFromTo(
        Lines.read(Lines.window(Lines.NOON, MANY)),
        "2026-11-21T11:59:51Z",
        "2026-11-21T11:59:59.500Z");
  }

  @Test
  void countsThatNoLongHasRoomForAreDamagedAndNotWrong() {
    String huge = "kind=EPIPE;count=999999999999999;peers=192.0.2.1=999999999999999";
    Reading reading = Lines.read(Lines.window(Lines.NOON, huge).repeat(9_300));
    assertEquals(100 * 999_999_999_999_999L, reading.tally().total());
    assertEquals(100 * 999_999_999_999_999L, reading.count(Way.EVENT));
    assertEquals(9_200, reading.damaged());
    assertTrue(reading.damagedNamed().get(0).contains("too many to count"));
    reading =
        Lines.read(Lines.json(Lines.NOON, "log lines lost", "lost=999999999999999").repeat(9_300));
    assertEquals(100 * 999_999_999_999_999L, reading.linesLost());
    assertEquals(9_200, reading.damaged());
    reading = Lines.read(Lines.event(Lines.NOON, "kind=EPIPE;unsent=999999999999999").repeat(200));
    assertEquals(100, reading.damaged());
  }

  @Test
  void tenOfThemAreNamedAndAllAreCounted() {
    Reading reading = Lines.read("{\n".repeat(1_000));
    assertEquals(1_000, reading.damaged());
    assertEquals(10, reading.damagedNamed().size());
  }

  @Test
  void whatIsNoKindOfOursIsNotCounted() {
    Reading reading =
        Lines.read(
            "conn=1 kind=no unsent=0\n",
            "kind=EPIPE and nothing else\n",
            "a kind=EPIPE b kind\n",
            "\n",
            "at java.base/x\n");
    assertEquals(0, reading.tally().total());
    assertEquals(5, reading.others());
  }

  @Test
  void kindsOfALaterMillraceAreCountedAndTheirNumberIsBounded() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      log.append(Lines.event(Lines.NOON, "kind=NEW_" + i));
    }
    Reading reading = Lines.read(log.toString());
    assertEquals(500, reading.tally().total());
    assertEquals(81, reading.tally().kinds().size());
    assertEquals(420, reading.tally().count("OTHER_KINDS"));
  }

  @Test
  void timesThatCannotBeWidenNothing() {
    Reading reading =
        Lines.read(
            Lines.event(Lines.NOON, ONE),
            Lines.event(1, ONE),
            Lines.event(Long.MAX_VALUE, ONE),
            Lines.event(Lines.NOON + 1_000, ONE));
    assertEquals(1_000, reading.tally().bins.widthMillis());
    assertEquals(2, reading.tally().bins.size());
    assertEquals(2, reading.tally().timeless());
  }

  @Test
  void nothingInALineReachesTheTerminalAsACommandOrFillsTheMemory() {
    String huge = "x".repeat(400_000);
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      String rest = i < 10 ? huge : "y".repeat(200);
      log.append(
          Lines.event(
              Lines.NOON,
              "kind=EPIPE;op=\\u001b[2J"
                  + i
                  + ";remote="
                  + i
                  + "\\u0007"
                  + rest
                  + ";state="
                  + rest));
    }
    Reading reading = Lines.read(log.toString());
    assertEquals(200, reading.tally().total());
    assertEquals(108, reading.tally().peers.top(1).get(0).name().length());
    String all =
        ""
            + reading.tally().peers.top(300)
            + reading.tally().all(k -> k.operations)
            + reading.tally().all(k -> k.states);
    assertTrue(all.chars().noneMatch(Character::isISOControl));
    assertTrue(all.length() < 50_000, () -> "" + all.length());
  }

  @Test
  void addressesWithoutPorts() {
    assertEquals("192.0.2.1", Addresses.withoutPort("192.0.2.1:80"));
    assertEquals("0:0:0:0:0:0:0:1", Addresses.withoutPort("[0:0:0:0:0:0:0:1]:80"));
    assertEquals("192.0.2.1", Addresses.withoutPort("localhost/192.0.2.1:80"));
    assertEquals("unknown", Addresses.withoutPort("unknown"));
    assertEquals("tmp/a.sock", Addresses.withoutPort("tmp/a.sock"));
    assertEquals("[", Addresses.withoutPort("["));
    assertEquals("x:", Addresses.withoutPort("x:"));
  }

  @Test
  void garbageOfAnyBytesEndsNothing() {
    dev.millrace.Seeds.each(
        300,
        random -> {
          byte[] log = new byte[random.nextInt(5_000)];
          random.nextBytes(log);
          byte[] good = Lines.event(Lines.NOON, ONE).getBytes(UTF_8);
          byte[] all = new byte[log.length + 1 + good.length];
          System.arraycopy(log, 0, all, 0, log.length);
          all[log.length] = '\n';
          System.arraycopy(good, 0, all, log.length + 1, good.length);
          if (log.length < 2 || log[0] != 0x1F || log[1] != (byte) 0x8B) {
            assertEquals(1, Lines.read(all).tally().total());
          }
        });
  }
}
