package dev.millrace.examples.errors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A log as a server with many clients has it, of any length, made from a seed: mostly resets and
 * broken pipes, a peer that makes a tenth of all, some stalls, windows of a storm, lines of other
 * things, and some that are damaged.
 */
final class LargeLog {
  private static final String[] KINDS = {
    "ECONNRESET",
    "ECONNRESET",
    "ECONNRESET",
    "EPIPE",
    "EPIPE",
    "READ_IDLE",
    "WRITE_STALL",
    "UNKNOWN"
  };
  private static final String[] OPS = {"READ", "WRITE", "TRANSFER", "TIMER"};

  final Map<String, Long> kinds = new TreeMap<>();
  final Map<String, Long> operations = new TreeMap<>();
  long failures;
  long damaged;
  long others;
  long bytes;

  private final SplittableRandom random;
  private final StringBuilder line = new StringBuilder(1_000);
  private long millis = 1_795_000_000_000L;

  LargeLog(long seed) {
    random = new SplittableRandom(seed);
  }

  void write(OutputStream out, long lines) throws IOException {
    byte[] part = new byte[0];
    for (long i = 0; i < lines; i++) {
      next();
      part = line.toString().getBytes(UTF_8);
      bytes += part.length;
      out.write(part);
    }
  }

  private void next() {
    line.setLength(0);
    millis += random.nextInt(20);
    int what = random.nextInt(1_000);
    if (what == 0) {
      damaged++;
      line.append("{\"timestamp\":").append(millis).append(",\"level\":\"DEB\n");
    } else if (what < 20) {
      others++;
      head("INFO", "dev.millrace.EventLoop");
      line.append(",\"formattedMessage\":\"listening Server[127.0.0.1:7007 open=0]\"");
      tail();
    } else if (what < 40) {
      window();
    } else {
      one();
    }
  }

  private void one() {
    String kind = KINDS[random.nextInt(KINDS.length)];
    String op = OPS[random.nextInt(OPS.length)];
    count(kind, op, 1);
    head("DEBUG", "dev.millrace.observe.FailureLog");
    line.append(",\"kvpList\": [");
    pair("kind", kind, false);
    pair("certainty", "CERTAIN", true);
    pair("op", op, true);
    pair("state", "OPEN", true);
    pair("endedBy", "PEER", true);
    pair("remote", peer() + ":" + (1_024 + random.nextInt(60_000)), true);
    pair("conn", Long.toString(failures), true);
    pair("in", Integer.toString(random.nextInt(100_000)), true);
    pair("out", Integer.toString(random.nextInt(1_000_000)), true);
    pair("unsent", Integer.toString(random.nextInt(3) * 1_000), true);
    pair("unconsumed", "0", true);
    pair("writesFailed", "0", true);
    pair("ageMs", "1234", true);
    pair("idleMs", "12", true);
    pair("cause", "java.net.SocketException: Connection reset", true);
    line.append("],\"formattedMessage\":\"connection failed\"");
    tail();
  }

  private void window() {
    String kind = KINDS[random.nextInt(KINDS.length)];
    long reads = 1L + random.nextInt(10_000);
    long writes = 1L + random.nextInt(1_000);
    count(kind, "READ", reads);
    count(kind, "WRITE", writes);
    head("DEBUG", "dev.millrace.observe.FailureLog");
    line.append(",\"kvpList\": [");
    pair("kind", kind, false);
    pair("count", Long.toString(reads + writes), true);
    pair("first", java.time.Instant.ofEpochMilli(millis - 9_000).toString(), true);
    pair("last", java.time.Instant.ofEpochMilli(millis).toString(), true);
    pair("certainties", "CERTAIN=" + (reads + writes), true);
    pair("ops", "READ=" + reads + " WRITE=" + writes, true);
    pair("states", "OPEN=" + (reads + writes), true);
    pair("endedBys", "PEER=" + (reads + writes), true);
    pair("in", "1", true);
    pair("out", "2", true);
    pair("unsent", "3", true);
    pair("peersAtLeast", "1", true);
    pair("peersAtMost", "1", true);
    pair("peers", peer() + "=" + (reads + writes), true);
    line.append("],\"formattedMessage\":\"connections failed\"");
    tail();
  }

  private void count(String kind, String op, long count) {
    failures += count;
    kinds.merge(kind, count, Long::sum);
    operations.merge(op, count, Long::sum);
  }

  private String peer() {
    if (random.nextInt(10) == 0) {
      return "203.0.113.9";
    }
    int host = random.nextInt(1 << 16);
    return "10.1." + (host >> 8) + "." + (host & 255);
  }

  private void head(String level, String logger) {
    line.append("{\"timestamp\":").append(millis);
    line.append(",\"level\":\"").append(level);
    line.append("\",\"threadName\":\"millrace-1\",\"loggerName\":\"").append(logger).append('"');
  }

  private void tail() {
    line.append(",\"throwable\":null}\n");
  }

  private void pair(String key, String value, boolean isNext) {
    line.append(isNext ? ",{\"" : "{\"").append(key).append("\":\"").append(value).append("\"}");
  }

  /** Writes one to a file: FILE LINES. */
  public static void main(String[] args) throws IOException {
    try (OutputStream out =
        new java.io.BufferedOutputStream(
            java.nio.file.Files.newOutputStream(java.nio.file.Path.of(args[0])), 1 << 16)) {
      LargeLog log = new LargeLog(1);
      log.write(out, Long.parseLong(args[1]));
      System.out.println(log.kinds + " failures=" + log.failures + " damaged=" + log.damaged);
    }
  }
}
