package dev.millrace.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PreparationBeforeALoadTest {
  private static final int KEYS = 5_000;

  @ParameterizedTest
  @CsvSource({"4, 16, 64, false", "2, 1, 100000, false", "3, 1, 64, true"})
  void everyKeyIsSetBeforeItIsAskedFor(int connections, int depth, int size, boolean reconnect)
      throws Exception {
    int keys = size > 1000 ? 20 : KEYS;
    ConcurrentHashMap<String, byte[]> values = new ConcurrentHashMap<>();
    try (FreeServer server = new FreeServer((n, in, out) -> serve(values, in, out))) {
      LoadOptions options =
          new LoadOptions(
              server.address(),
              connections,
              depth,
              size,
              Duration.ZERO,
              Runs.SHORT,
              OptionalDouble.empty(),
              reconnect,
              Protocol.resp(1, List.of(RespCommand.GET, RespCommand.SET), keys),
              1);
      LoadResult result = Load.run(options, Runs.NOBODY);
      assertEquals(0, result.errors(), () -> result.lost().toString());
      assertTrue(result.requests() > 0);
      assertEquals(keys, values.size());
    }
  }

  @Test
  void aServerThatRefusesOneEndsTheRun() throws Exception {
    FreeServer.Behaviour full =
        (n, in, out) -> {
          in.read();
          out.write("-OOM no more\r\n".getBytes(US_ASCII));
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(full)) {
      WrongAnswerException e =
          assertThrows(
              WrongAnswerException.class, () -> Preparer.prepare(server.address(), some()));
      assertEquals(
          "preparation: answer 0, to SET key:000000000000, is '-OOM no more', expected '+OK'",
          e.getMessage());
    }
  }

  @Test
  void aServerThatNeverAnswersIsNotWaitedForWithoutAnEnd() throws Exception {
    FreeServer.Behaviour silent =
        (n, in, out) -> {
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(silent)) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> Preparer.prepare(server.address(), some(), Duration.ofMillis(50)));
      assertEquals("preparation: no answer in 50 ms", e.getMessage());
    }
  }

  @Test
  void aServerThatGoesIsTold() throws Exception {
    FreeServer.Behaviour gone = (n, in, out) -> in.readNBytes(10_000);
    try (FreeServer server = new FreeServer(gone)) {
      IOException e =
          assertThrows(IOException.class, () -> Preparer.prepare(server.address(), some()));
      assertTrue(e.getMessage().startsWith("preparation: "), e::getMessage);
    }
  }

  private static Preparation some() {
    return Protocol.resp(1, List.of(RespCommand.GET), KEYS).preparation(64).orElseThrow();
  }

  /** Knows GET and SET with a key of sixteen bytes. */
  private static void serve(
      ConcurrentHashMap<String, byte[]> values, InputStream in, OutputStream out)
      throws IOException {
    for (String count = line(in); !count.isEmpty(); count = line(in)) {
      line(in);
      line(in);
      line(in);
      String key = line(in);
      if (count.equals("*3")) {
        int length = Integer.parseInt(line(in).substring(1));
        values.put(key, in.readNBytes(length));
        line(in);
        out.write("+OK\r\n".getBytes(US_ASCII));
      } else {
        byte[] value = values.get(key);
        out.write(("$" + value.length + "\r\n").getBytes(US_ASCII));
        out.write(value);
        out.write("\r\n".getBytes(US_ASCII));
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0; b = in.read()) {
      line.append((char) b);
      if (b == '\n') {
        return line.substring(0, line.length() - 2);
      }
    }
    return "";
  }
}
