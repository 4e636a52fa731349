package dev.millrace.bench.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.Load;
import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.load.LoadOptions;
import dev.millrace.bench.load.LoadResult;
import dev.millrace.bench.load.Protocol;
import dev.millrace.bench.load.ProtocolName;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each server of HTTP in a process of its own, as it is measured. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.millrace.bench.peer.Peers#availableOfHttp")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPeerServesHttpTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  @Parameter Peer peer;
  private ServerProcess server;

  @BeforeParameterizedClassInvocation
  void start(Peer peer) throws IOException {
    server = ServerProcess.start(Peers.options(peer, ProtocolName.HTTP, Peers.LONG));
  }

  @AfterParameterizedClassInvocation
  void noneHasComplained() {
    server.close();
    assertEquals(
        List.of(), server.errors().stream().filter(line -> !line.contains(" INFO ")).toList());
  }

  @ParameterizedTest
  @CsvSource({"16, 1", "16, 16", "1, 16"})
  void manyRequestsHaveTheSameRightAnswer(int connections, int depth) throws Exception {
    LoadOptions options =
        new LoadOptions(
            server.address(),
            connections,
            depth,
            1,
            Duration.ZERO,
            Duration.ofMillis(500),
            OptionalDouble.empty(),
            false,
            Protocol.http("a", Hello.PATH, Optional.of(Hello.TEXT)),
            1);
    LoadResult result = Load.run(options, new LoadListener() {});
    assertEquals(0, result.errors(), () -> result.lost().toString());
    assertTrue(result.requests() >= (long) connections * depth, result::toString);
  }

  @Test
  void allOfThemAnswerTheSame() throws IOException {
    try (Socket client = connect()) {
      client.getOutputStream().write(REQUEST.getBytes(US_ASCII));
      Map<String, String> head = head(client);
      assertEquals("HTTP/1.1 200 OK", head.remove(""));
      assertEquals("text/plain; charset=utf-8", head.remove("content-type"));
      assertEquals(Integer.toString(Hello.BYTES.length), head.remove("content-length"));
      Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(head.remove("date")));
      assertTrue(Duration.between(date, Instant.now()).abs().toMinutes() < 1, date::toString);
      // ActiveJ says what is the case anyway, and can't be told not to.
      head.remove("connection", "keep-alive");
      assertEquals(Map.of(), head);
      assertEquals(
          Hello.TEXT, new String(client.getInputStream().readNBytes(Hello.BYTES.length), US_ASCII));
    }
  }

  @Test
  void anotherPathIsNotFound() throws IOException {
    try (Socket client = connect()) {
      client.getOutputStream().write(REQUEST.replace("/ ", "/no-such-page ").getBytes(US_ASCII));
      assertTrue(head(client).get("").startsWith("HTTP/1.1 404 "));
    }
  }

  /** Fields by their names in lower case, and the status line by none. */
  private static Map<String, String> head(Socket client) throws IOException {
    Map<String, String> head = new TreeMap<>();
    head.put("", line(client));
    for (String line = line(client); !line.isEmpty(); line = line(client)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      assertEquals(null, head.put(name, line.substring(colon + 1).strip()), name);
    }
    return head;
  }

  private static String line(Socket client) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = client.getInputStream().read(); b != '\n'; b = client.getInputStream().read()) {
      assertTrue(b >= 0, () -> "its output ended behind '" + line + "'");
      line.append((char) b);
    }
    return line.toString().strip();
  }

  private Socket connect() throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }
}
