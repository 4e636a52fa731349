package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is sent, byte by byte as a client would, and what has to come back. */
@Timeout(60)
class RequestsAndTheirAnswersTest {
  private static Served served;

  @BeforeAll
  static void serve() throws Exception {
    served =
        new Served(
            HttpSettings.defaults()
                .withMaxUriBytes(100)
                .withMaxHeaderBytes(1_000)
                .withMaxBodyBytes(5_000));
  }

  @AfterAll
  static void end() {
    served.close();
  }

  /** The request, the method that its answer is framed for, and what is expected. */
  private record Row(String request, String method, int status, String body, boolean isKept) {
    @Override
    public String toString() {
      return status + " " + request.substring(0, Math.min(60, request.length()));
    }
  }

  private static Row kept(String request, int status, String body) {
    return new Row(request, request.substring(0, request.indexOf(' ')), status, body, true);
  }

  private static Row closed(String request, int status, String body) {
    return new Row(request, request.substring(0, request.indexOf(' ')), status, body, false);
  }

  private static String head(String line, String... fields) {
    StringBuilder head = new StringBuilder(line + " HTTP/1.1\r\nHost: h\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  static Stream<Row> rows() {
    String hello = "Hello, World!\n";
    return Stream.of(
        kept(head("GET /"), 200, hello),
        kept(head("GET http://h/"), 200, hello),
        kept(head("GET /?a=b"), 200, hello),
        kept(head("HEAD /"), 200, ""),
        kept(head("GET /healthz"), 200, "ok\n"),
        kept(head("GET /bytes/0"), 200, ""),
        kept(head("GET /bytes/5"), 200, "01234"),
        kept(head("HEAD /bytes/5"), 200, ""),
        kept(head("GET /slow/1"), 200, "waited 1 ms\n"),
        kept(head("HEAD /slow/1"), 200, ""),
        kept(head("GET /bytes/x"), 404, "404 Not Found\n"),
        kept(head("GET /bytes/99999999999999999999"), 404, "404 Not Found\n"),
        kept(head("GET /slow/-1"), 404, "404 Not Found\n"),
        kept(head("GET /slow/3600001"), 404, "404 Not Found\n"),
        kept(head("GET /nothing"), 404, "404 Not Found\n"),
        kept(head("POST /nothing", "Content-Length: 2") + "xx", 404, "404 Not Found\n"),
        kept(head("POST /", "Content-Length: 2") + "xx", 405, "405 Method Not Allowed\n"),
        kept(head("GET /echo"), 405, "405 Method Not Allowed\n"),
        kept(head("OPTIONS /echo"), 204, ""),
        kept(head("OPTIONS *"), 204, ""),
        kept(head("FETCH /"), 501, "501 Not Implemented\n"),
        kept(head("TRACE /"), 501, "501 Not Implemented\n"),
        kept(head("CONNECT h:80"), 501, "501 Not Implemented\n"),
        kept(head("POST /echo", "Content-Length: 3") + "abc", 200, "abc"),
        kept(head("POST /echo", "Content-Length: 0"), 200, ""),
        kept(head("POST /echo"), 200, ""),
        kept(
            head("POST /echo", "Transfer-Encoding: chunked")
                + "3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n",
            200,
            "abcd"),
        kept(head("POST /echo", "Transfer-Encoding: chunked") + "0\r\n\r\n", 200, ""),
        kept(head("GET /", "Content-Length: 4") + "body", 200, hello),
        kept(head("GET /", "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\n\r\n", 200, hello),
        new Row("\r\n" + head("GET /"), "GET", 200, hello, true),
        kept("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, hello),
        kept("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "ok\n"),
        kept("GET /healthz HTTP/1.9\r\nHost: h\r\n\r\n", 200, "ok\n"),
        closed("GET / HTTP/1.0\r\n\r\n", 200, hello),
        closed(head("GET /", "Connection: close"), 200, hello),
        closed(head("GET /bytes/5", "Connection: close"), 200, "01234"),
        closed(head("GET /slow/1", "Connection: close"), 200, "waited 1 ms\n"),
        closed(head("POST /echo", "Connection: close", "Content-Length: 1") + "x", 200, "x"),
        closed(
            head("POST /x", "Expect: 100-continue", "Content-Length: 9"), 404, "404 Not Found\n"),
        closed(head("POST /echo", "Content-Length: 5001"), 413, "413 Content Too Large\n"),
        closed(
            head("POST /echo", "Transfer-Encoding: chunked") + "1389\r\n",
            413,
            "413 Content Too Large\n"),
        closed(head("GET /healthz", "Expect: 100-continue", "Content-Length: 9"), 200, "ok\n"),
        closed(
            head("GET /slow/1", "Expect: 100-continue", "Content-Length: 9"), 200, "waited 1 ms\n"),
        closed("HEAD / HTTP/1.1\nHost: h\n\n", 400, ""),
        closed(head("HEAD /", "X: " + "x".repeat(1_000)), 431, ""),
        kept(head("GET /healthz", "Expect: magic"), 417, "417 Expectation Failed\n"),
        closed(
            head("POST /echo", "Expect: magic", "Expect: 100-continue", "Content-Length: 9"),
            417,
            "417 Expectation Failed\n"),
        closed("GET / HTTP/1.1\r\n\r\n", 400, "400 Bad Request\n"),
        closed("GET / HTTP/1.1\nHost: h\n\n", 400, "400 Bad Request\n"),
        closed(
            head("POST /echo", "Content-Length: 1", "Transfer-Encoding: chunked"),
            400,
            "400 Bad Request\n"),
        closed(
            head("POST /echo", "Transfer-Encoding: chunked") + "zz\r\n", 400, "400 Bad Request\n"),
        closed(head("GET /" + "x".repeat(100)), 414, "414 URI Too Long\n"),
        closed(
            head("GET /", "X: " + "x".repeat(1_000)), 431, "431 Request Header Fields Too Large\n"),
        closed("GET / HTTP/2.0\r\n\r\n", 505, "505 HTTP Version Not Supported\n"),
        closed(
            head("POST /echo", "Transfer-Encoding: gzip, chunked"), 501, "501 Not Implemented\n"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aRequest(Row row) throws Exception {
    // What follows is answered if the connection is kept, and must not be if it isn't.
    String request = row.request + head("GET /healthz", "Connection: close");
    Answer.Reader reader = served.untilClosed(request);
    Answer answer = reader.next(row.method);
    assertNotNull(answer, reader::rest);
    assertEquals(row.status, answer.status());
    assertEquals(row.body, answer.body());
    assertEquals(!row.isKept, answer.isLast(), () -> answer.fields().toString());
    if (row.isKept) {
      Answer second = reader.next("GET");
      assertNotNull(second, reader::rest);
      assertEquals("ok\n", second.body());
      assertTrue(second.isLast());
    }
    assertTrue(reader.isAtEnd(), reader::rest);
  }

  @Test
  void whatIsAllowedIsSaid() throws Exception {
    assertEquals("GET, HEAD, OPTIONS", served.ask("DELETE", "/").field("Allow"));
    assertEquals("POST, OPTIONS", served.ask("PUT", "/echo").field("Allow"));
    assertEquals("GET, HEAD, OPTIONS", served.ask("OPTIONS", "/bytes/1").field("Allow"));
    assertEquals("GET, HEAD, POST, OPTIONS", served.ask("OPTIONS", "*").field("Allow"));
  }

  @Test
  void headSaysHowLongTheBodyWouldBe() throws Exception {
    assertEquals("14", served.ask("HEAD", "/").field("Content-Length"));
    assertEquals(
        "1000000000000", served.ask("HEAD", "/bytes/1000000000000").field("Content-Length"));
  }

  @Test
  void aClientOfTheOldVersionIsToldThatTheConnectionStays() throws Exception {
    try (Socket client = served.connect()) {
      for (String path : List.of("", "healthz", "bytes/3")) {
        Served.send(client, "GET /" + path + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertEquals("keep-alive", Served.read(client, "GET").field("Connection"));
      }
    }
  }

  @Test
  void trailersComeBackButNoneThatWouldBelongInTheHead() throws Exception {
    String request =
        head("POST /echo", "Transfer-Encoding: chunked", "Connection: close")
            + "2\r\nab\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\nHost: evil\r\nx-more: a b\r\n\r\n";
    Answer answer = served.untilClosed(request).next("POST");
    assertEquals("ab", answer.body());
    assertEquals(List.of("X-Sum: 7", "x-more: a b"), answer.trailers());
  }

  @Test
  void whoWaitsIsToldToGoOn() throws Exception {
    try (Socket client = served.connect()) {
      for (int i = 0; i < 3; i++) {
        Served.send(client, head("POST /echo", "Expect: 100-continue", "Content-Length: 2"));
        assertEquals(100, Served.read(client, "POST").status());
        Served.send(client, "ab");
        Answer answer = Served.read(client, "POST");
        assertEquals(200, answer.status());
        assertEquals("ab", answer.body());
        assertFalse(answer.isLast());
      }
    }
  }

  @Test
  void whoDoesNotWaitIsNotTold() throws Exception {
    try (Socket client = served.connect()) {
      Served.send(client, head("POST /echo", "Expect: 100-continue", "Content-Length: 2") + "ab");
      assertEquals(200, Served.read(client, "POST").status());
    }
  }

  @Test
  void theRefusalArrivesAtAClientThatIsStillSending() throws Exception {
    byte[] block = new byte[64 << 10];
    try (Socket client = served.connect()) {
      Served.send(client, head("POST /echo", "Content-Length: 20000000"));
      OutputStream out = client.getOutputStream();
      for (int i = 0; i < 20_000_000 / block.length; i++) {
        out.write(block);
      }
      assertEquals(413, Served.read(client, "POST").status());
      assertEquals(-1, client.getInputStream().read());
    }
  }

  @Test
  void aRequestCutOffByTheClientIsABadOne() throws Exception {
    try (Socket client = served.connect()) {
      Served.send(client, "GET / HTTP/1.1\r\nHo");
      client.shutdownOutput();
      assertEquals(400, Served.read(client, "GET").status());
      assertEquals(-1, client.getInputStream().read());
    }
  }

  @Test
  void noAnswerToHeadHasABodyAndTheNextOneHasItsOwn() throws Exception {
    try (Socket client = served.connect()) {
      Served.send(client, "HEAD / HTTP/1.1\r\nHo");
      client.shutdownOutput();
      Answer.Reader reader = new Answer.Reader(client.getInputStream().readAllBytes());
      assertEquals(400, reader.next("HEAD").status());
      assertTrue(reader.isAtEnd(), reader::rest);
    }
    Answer.Reader reader = served.untilClosed(head("HEAD /") + "\u0001");
    assertEquals(200, reader.next("HEAD").status());
    assertEquals("400 Bad Request\n", reader.next("GET").body());
    assertTrue(reader.isAtEnd(), reader::rest);
  }

  @Test
  void aClientThatHasEndedItsSideGetsTheAnswersItAskedFor() throws Exception {
    try (Socket client = served.connect()) {
      Served.send(client, head("GET /bytes/3000000") + head("GET /healthz"));
      client.shutdownOutput();
      Answer.Reader reader = new Answer.Reader(client.getInputStream().readAllBytes());
      assertEquals(3_000_000, reader.next("GET").body().length());
      assertEquals("ok\n", reader.next("GET").body());
      assertTrue(reader.isAtEnd());
    }
  }

  @Test
  void aBodyThatBreaksWhileItIsEchoedCutsTheAnswerShort() throws Exception {
    String request =
        head("POST /echo", "Transfer-Encoding: chunked")
            + "2\r\nab\r\nnonsense\r\n"
            + head("GET /");
    Answer.Reader reader = served.untilClosed(request);
    assertNull(reader.next("POST"), "it has no end");
    assertTrue(reader.rest().endsWith("2\r\nab\r\n"), reader::rest);
  }
}
