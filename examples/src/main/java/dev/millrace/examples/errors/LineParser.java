package dev.millrace.examples.errors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.examples.errors.Failure.Way;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * One line of a log: a JSON object as logback's encoder writes it, or {@code key=value} in plain
 * text. Knows no files.
 *
 * <p>Thread rule: one thread.
 */
final class LineParser {
  /** What a line turned out to be. */
  enum Line {
    FAILURE,
    ORDERLY_END,
    OTHER
  }

  /** The keys that are looked at; to make strings of all would cost a third of the time. */
  private static final Set<String> READ =
      Set.of(
          "kind",
          "count",
          "first",
          "last",
          "certainty",
          "certainties",
          "op",
          "ops",
          "state",
          "states",
          "endedBy",
          "endedBys",
          "remote",
          "peers",
          "conn",
          "in",
          "out",
          "unsent",
          "lastedMs",
          "lost");

  /** Of a line of ours there are some twenty; one with a thousand is something else. */
  private static final int MOST_PAIRS = 64;

  /** Sixteen IPv6 addresses with bounds are some 1,200 letters. */
  private static final int LONGEST_VALUE = 2_000;

  private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

  /** Nothing was logged by Millrace before; and no year of five digits widens the bins to years. */
  private static final long EARLIEST = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

  private static final long LATEST = Instant.parse("2200-01-01T00:00:00Z").toEpochMilli();

  /** A window is ten seconds, or what somebody has set it to; one of more than a day is none. */
  private static final long LONGEST_WINDOW_MILLIS = 86_400_000L;

  /**
   * A file's time may be some milliseconds older than its last line, and a log that is still
   * written has later ones by the time they are read.
   */
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  /** Clocks are put back by an hour in autumn, and threads log a little out of order. */
  private static final long LEAST_MIDNIGHT_NANOS = Duration.ofHours(2).toNanos();

  private static final long DAY_NANOS = Duration.ofDays(1).toNanos();

  /** From then on a time of day may mean two days. */
  private static final long LONGEST_NANOS = DAY_NANOS - TOLERANCE.toNanos();

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(200) // causes within causes of an exception
                  .maxStringLength(LogLines.LONGEST_LINE)
                  .build())
          .build();

  private final ZoneId zone;
  private final Map<String, String> pairs = new HashMap<>();
  private boolean isJsonLog;
  private LocalDate lastDay;
  private LocalTime lastTime;

  /** Of the times without a date, as nanoseconds of a day. */
  private long firstClock;

  private long clock;
  private long midnights;
  private boolean isLongerThanADay;

  /**
   * A parser.
   *
   * @param zone in which the console's times are
   */
  LineParser(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * A file begins.
   *
   * @param lastChange when it was last written; the console's lines have no date, and are taken to
   *     be of the 24 hours before that
   */
  void begin(Instant lastChange) {
    isJsonLog = false;
    ZonedDateTime latest = lastChange.plus(TOLERANCE).atZone(zone);
    lastDay = latest.toLocalDate();
    lastTime = latest.toLocalTime();
    firstClock = -1;
    clock = -1;
    midnights = 0;
    isLongerThanADay = false;
  }

  /**
   * Whether the times without a date go on for a day or longer, as far as can be told from how far
   * they go back; all of them were taken to be of one day then.
   */
  boolean isLongerThanADay() {
    return isLongerThanADay;
  }

  /**
   * Parses a line.
   *
   * @param failure gets what it says, if it is one
   */
  Line parse(byte[] line, int length, Failure failure) throws DamagedLine {
    failure.clear();
    pairs.clear();
    if (length == 0) {
      return Line.OTHER;
    }
    if (line[0] == '{') {
      isJsonLog = true;
      return json(line, length, failure);
    }
    Line plain = plain(new String(line, 0, length, UTF_8), failure);
    if (isJsonLog && plain == Line.OTHER && failure.linesLost == 0) {
      throw new DamagedLine("no JSON object, as lines before it are");
    }
    return plain;
  }

  // ---- JSON

  private Line json(byte[] line, int length, Failure failure) throws DamagedLine {
    String message = "";
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line, 0, length)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "timestamp" -> {
            if (value != JsonToken.VALUE_NUMBER_INT) {
              throw new DamagedLine("timestamp is no number");
            }
            failure.lastMillis = plausible(json.getLongValue());
          }
          case "message", "formattedMessage" -> message = text(json, value);
          case "kvpList" -> pairs(json, value);
          default -> json.skipChildren();
        }
      }
      if (json.nextToken() != null) {
        throw new DamagedLine("more than one JSON object in it");
      }
    } catch (JacksonException e) {
      throw new DamagedLine(oneLine(e.getOriginalMessage()));
    }
    failure.firstMillis = failure.lastMillis;
    if (pairs.isEmpty() && message.contains("kind=")) {
      split(message);
    }
    return interpret(message, failure);
  }

  private static String text(JsonParser json, JsonToken value) throws DamagedLine {
    if (value == JsonToken.VALUE_NULL) {
      return "";
    }
    if (value != JsonToken.VALUE_STRING) {
      throw new DamagedLine("the message is no string");
    }
    return json.getString();
  }

  private void pairs(JsonParser json, JsonToken value) throws DamagedLine {
    if (value != JsonToken.START_ARRAY) {
      throw new DamagedLine("kvpList is no array");
    }
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token == null) {
        throw new DamagedLine("ends within kvpList");
      }
      boolean isPair = token.isScalarValue() && json.currentName() != null;
      if (isPair && READ.contains(json.currentName())) {
        put(json.currentName(), json.getString());
      }
    }
  }

  private void put(String key, String value) {
    if (pairs.size() < MOST_PAIRS) {
      pairs.putIfAbsent(key, plain(value)); // what comes later may quote what a peer has said
    }
  }

  private static String oneLine(String text) {
    String first = plain(text.lines().findFirst().orElse("no JSON"));
    return "no JSON: " + (first.length() <= 160 ? first : first.substring(0, 160) + "...");
  }

  /** Without what would make a terminal do something, and no longer than a window's peers are. */
  private static String plain(String text) {
    String cut = text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE);
    for (int i = 0; i < cut.length(); i++) {
      if (Character.isISOControl(cut.charAt(i))) {
        return CONTROLS.matcher(cut).replaceAll("?");
      }
    }
    return cut;
  }

  // ---- plain text

  private Line plain(String line, Failure failure) throws DamagedLine {
    if (!line.contains("kind=") && !line.contains("lost=")) {
      return Line.OTHER;
    }
    failure.lastMillis = timeOf(line);
    failure.firstMillis = failure.lastMillis;
    split(line);
    return interpret(line, failure);
  }

  /** {@code 12:34:56.789}, as the console has it, or a date before it, as others configure it. */
  private long timeOf(String line) {
    boolean hasDate = line.length() > 23 && line.charAt(4) == '-' && line.charAt(7) == '-';
    int at = hasDate ? 11 : 0;
    try {
      if (line.length() < at + 12 || line.charAt(at + 2) != ':') {
        return Failure.UNKNOWN_TIME;
      }
      LocalTime time = LocalTime.parse(line.substring(at, at + 12).replace(',', '.'));
      LocalDate day = hasDate ? LocalDate.parse(line.substring(0, 10)) : dayOf(time);
      return plausible(day.atTime(time).atZone(zone).toInstant().toEpochMilli());
    } catch (DateTimeException e) {
      return Failure.UNKNOWN_TIME; // it begins with something else
    }
  }

  private LocalDate dayOf(LocalTime time) {
    long nanos = time.toNanoOfDay();
    if (firstClock < 0) {
      firstClock = nanos;
    } else if (clock - nanos >= LEAST_MIDNIGHT_NANOS) {
      midnights++;
    }
    clock = nanos;
    isLongerThanADay |= midnights * DAY_NANOS + clock - firstClock >= LONGEST_NANOS;
    return time.isAfter(lastTime) ? lastDay.minusDays(1) : lastDay;
  }

  private void split(String line) {
    int at = 0;
    while (true) {
      int equals = line.indexOf('=', at);
      if (equals < 0) {
        return;
      }
      int key = equals;
      while (key > at && Character.isLetterOrDigit(line.charAt(key - 1))) {
        key--;
      }
      boolean isQuoted = equals + 1 < line.length() && line.charAt(equals + 1) == '"';
      int from = isQuoted ? equals + 2 : equals + 1;
      int to = line.indexOf(isQuoted ? '"' : ' ', from);
      if (to < 0) {
        to = line.length();
      }
      if (key < equals) {
        put(line.substring(key, equals), line.substring(from, to));
      }
      at = Math.min(to + 1, line.length());
    }
  }

  // ---- what it says

  private Line interpret(String message, Failure failure) throws DamagedLine {
    String lost = pairs.get("lost");
    if (lost != null && message.contains("lines lost")) {
      failure.linesLost = number("lost", lost);
      return Line.OTHER;
    }
    String kind = pairs.get("kind");
    if (kind == null || !isSymbol(kind)) {
      return Line.OTHER;
    }
    failure.kind = kind;
    boolean isOfFailureLog = begins(message, "connection failed");
    boolean isWindow = begins(message, "connections failed");
    if (isOfFailureLog || isWindow) {
      failure.way = Way.EVENT;
    } else if (pairs.containsKey("conn") && pairs.containsKey("unsent")) {
      failure.way = begins(message, "closed conn=") ? Way.RECORD : Way.PRINTED;
    } else if (pairs.containsKey("count")) {
      if (message.contains("still going on")) {
        return Line.OTHER; // its end says how many there were in all
      }
      failure.way = Way.EPISODE;
    } else {
      return Line.OTHER;
    }
    fill(failure, isWindow);
    boolean isOrderly = kind.equals("NONE") && failure.unsent == 0;
    return isOrderly ? Line.ORDERLY_END : Line.FAILURE;
  }

  /** Before the kind: what is behind it may be a text of somebody else's. */
  private static boolean begins(String message, String words) {
    int at = message.indexOf(words);
    int kind = message.indexOf("kind=");
    return at >= 0 && (kind < 0 || at < kind);
  }

  private void fill(Failure failure, boolean isWindow) throws DamagedLine {
    failure.received = number("in", pairs.getOrDefault("in", "0"));
    failure.handed = number("out", pairs.getOrDefault("out", "0"));
    failure.unsent = number("unsent", pairs.getOrDefault("unsent", "0"));
    if (isWindow || failure.way == Way.EPISODE) {
      failure.count = number("count", pairs.getOrDefault("count", "none"));
      if (failure.count == 0) {
        throw new DamagedLine("count is 0");
      }
    }
    if (isWindow) {
      failure.operations = pairs.get("ops");
      failure.states = pairs.get("states");
      failure.certainties = pairs.get("certainties");
      failure.endedBy = pairs.get("endedBys");
      failure.peers = pairs.get("peers");
      window(failure);
    } else {
      failure.operations = failure.way == Way.EPISODE ? "ACCEPT" : pairs.get("op");
      failure.states = pairs.get("state");
      failure.certainties = pairs.get("certainty");
      failure.endedBy = pairs.get("endedBy");
      failure.peers = pairs.get("remote");
      if (failure.way == Way.EPISODE && pairs.containsKey("lastedMs")) {
        long lasted = number("lastedMs", pairs.get("lastedMs"));
        if (failure.lastMillis != Failure.UNKNOWN_TIME && lasted <= LONGEST_WINDOW_MILLIS) {
          failure.firstMillis = failure.lastMillis - lasted;
        }
      }
    }
  }

  private void window(Failure failure) throws DamagedLine {
    String first = pairs.get("first");
    String last = pairs.get("last");
    if (first == null || last == null) {
      return;
    }
    try {
      long from = plausible(Instant.parse(first).toEpochMilli());
      long to = plausible(Instant.parse(last).toEpochMilli());
      boolean isWindow = from <= to && to - from <= LONGEST_WINDOW_MILLIS;
      if (isWindow && from != Failure.UNKNOWN_TIME) {
        failure.firstMillis = from;
        failure.lastMillis = to;
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw new DamagedLine("first or last is no time");
    }
  }

  private static long plausible(long millis) {
    return millis >= EARLIEST && millis < LATEST ? millis : Failure.UNKNOWN_TIME;
  }

  private static long number(String key, String text) throws DamagedLine {
    long number = numberOr(text, -1);
    if (number < 0) {
      throw new DamagedLine(
          key + " is '" + text.substring(0, Math.min(text.length(), 20)) + "', no number");
    }
    return number;
  }

  /** Not below zero, and with room to add some of them; or the other one if it is none such. */
  static long numberOr(String text, long other) {
    int length = text.length();
    boolean isNumber = length > 0 && length <= 15;
    for (int i = 0; i < length && isNumber; i++) {
      isNumber = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return isNumber ? Long.parseLong(text) : other;
  }

  /** Kinds are in capitals; what else is called kind is not for us. */
  private static boolean isSymbol(String kind) {
    if (kind.isEmpty() || kind.length() > 40) {
      return false;
    }
    for (int i = 0; i < kind.length(); i++) {
      char c = kind.charAt(i);
      if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) {
        return false;
      }
    }
    return true;
  }
}
