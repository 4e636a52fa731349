package dev.millrace.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.Seeds;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpAnswersAreCheckedTest {
  private static final String HELLO =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nHello";

  private final Protocol http = Protocol.http("127.0.0.1:8080", "/hi?x=1", Optional.empty());
  private final Conversation talk = http.converse(0, 64);

  @Test
  void aRequestNamesPathAndHostAndNothingElse() {
    ByteBuffer out = ByteBuffer.allocate(1000);
    talk.request(7, 0, out);
    String text = text(out.flip());
    assertEquals("GET /hi?x=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", text);
    assertEquals(text.length(), talk.requestBytes(7));
    ByteBuffer part = ByteBuffer.allocate(9);
    talk.request(7, 4, part);
    assertEquals(text.substring(4, 13), text(part.flip()));
    assertEquals("http GET /hi?x=1", http.title());
    assertFalse(http.isSized());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello",
        "HTTP/1.1 200 \r\ncontent-length:5\r\n\r\nHello",
        "HTTP/1.1 200 Fine\r\nCONTENT-LENGTH: \t 5 \t\r\nServer: X\r\n\r\nHello",
        "HTTP/1.1 200 OK\r\nDate:\r\nX-\u00e4: y\r\nContent-Length: 005\r\n\r\nHello"
      })
  void headsOfAllKindsOfServersAreRight(String answer) throws Exception {
    if (answer.contains("\u00e4")) {
      assertEquals(
          "answer 0: 'X-?': a name with 0xe4", complaint(answer)); // but for what is no name
      return;
    }
    ask(talk, 3);
    assertEquals(3, answers(talk, answer.repeat(3)));
  }

  @Test
  void answersThatAreTheSameOrDifferEachTimeAreCountedWithTheirLastByte() throws Exception {
    ask(talk, 100);
    int complete = 0;
    for (int i = 0; i < 100; i++) {
      // Twice the same, then another second; now and then longer.
      String answer = HELLO.replace("text", "text" + "x".repeat(i / 10) + i / 2);
      for (int at = 0; at < answer.length(); at++) {
        complete += answers(talk, answer.substring(at, at + 1));
        assertEquals(at + 1 < answer.length() ? i : i + 1, complete, "byte " + at);
      }
    }
  }

  @Test
  void anyCutGivesTheSameCount() {
    Seeds.each(
        300,
        random -> {
          String body = "b".repeat(random.nextInt(200_000) >> random.nextInt(18));
          Conversation cut = http().converse(0, 64);
          ask(cut, 9);
          StringBuilder all = new StringBuilder();
          for (int i = 0; i < 9; i++) {
            all.append("HTTP/1.1 200 OK\r\nDate: ").append(random.nextInt(3));
            all.append("\r\nContent-Length: ").append(body.length());
            all.append("\r\n\r\n").append(body);
          }
          ByteBuffer in = bytes(all.toString());
          int complete = 0;
          int end = in.limit();
          while (in.position() < end) {
            in.limit(random.nextInt(in.position(), end) + 1);
            complete += cut.answers(in);
            assertEquals(0, in.remaining());
          }
          assertEquals(9, complete);
        });
  }

  @Test
  void aBodyOfNoBytesIsCompleteWithItsHead() throws Exception {
    ask(talk, 3);
    String none = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    assertEquals(2, answers(talk, none + none));
    assertEquals(0, answers(talk, none.substring(0, none.length() - 1)));
    assertEquals(1, answers(talk, "\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          HTTP/1.1 503 Gone away$n              | 'HTTP/1.1 503 Gone away': expected 'HTTP/1.1 200'
          HTTP/1.0 200 OK$n                     | 'HTTP/1.0 200 OK': expected 'HTTP/1.1 200'
          HTTP/1.1 2000 OK$n                    | 'HTTP/1.1 2000 OK': expected 'HTTP/1.1 200'
          HTTP/1.1 200$n                        | 'HTTP/1.1 200': expected 'HTTP/1.1 200'
          +PONG$n                               | '+': expected 'HTTP/1.1 200'
          $n                                    | '': expected 'HTTP/1.1 200'
          HTTP/1.1 200 OK$nA: b$n$n             | its head has no Content-Length
          HTTP/1.1 200 OK$nA: b\\n              | 'A: b': an LF without a CR
          HTTP/1.1 200 OK$nA: b\\rc             | 'A: b?c': a CR without an LF
          HTTP/1.1 200 OK$nA: b$n c             | '': a line that goes on in the next
          HTTP/1.1 200 OK$nA : b                | 'A': a name with 0x20
          HTTP/1.1 200 OK$n: b                  | ':': a name with 0x3a
          HTTP/1.1 200 OK$nServer$n             | 'Server': a line without a colon
          HTTP/1.1 200 OK$nA: b\\0              | 'A: b?': the control character 0x00
          HTTP/1.1 200 OK$nContent-Length: 5$nContent-Length: 5$n | 'Content-Length: 5': a second Content-Length
          HTTP/1.1 200 OK$nContent-Length: 5, 5$n | 'Content-Length: 5, 5': expected digits, up to 16777216
          HTTP/1.1 200 OK$nContent-Length: -5$n | 'Content-Length: -5': expected digits, up to 16777216
          HTTP/1.1 200 OK$nContent-Length:$n    | 'Content-Length:': expected digits, up to 16777216
          HTTP/1.1 200 OK$nContent-Length: 16777217$n | 'Content-Length: 16777217': expected digits, up to 16777216
          HTTP/1.1 200 OK$nContent-Length: 99999999999999999999$n | 'Content-Length: 99999999999999999999': expected digits, up to 16777216
          HTTP/1.1 200 OK$nTransfer-Encoding: chunked$n | 'Transfer-Encoding: chunked': expected a Content-Length and no Transfer-Encoding
          """)
  void aHeadThatIsWrongIsToldWithWhatWasExpected(String answer, String expected) {
    String bytes =
        answer.replace("$n", "\r\n").replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0");
    assertEquals("answer 0: " + expected, complaint(bytes));
    // Also where the first answer was right, with which it is compared.
    Conversation second = http().converse(0, 64);
    ask(second, 2);
    assertEquals(
        "answer 1: " + expected,
        assertThrows(WrongAnswerException.class, () -> answers(second, HELLO + bytes))
            .getMessage());
  }

  @Test
  void aHeadWithoutAnEndIsNotKeptWithoutAnEnd() {
    assertEquals(
        "answer 0: its head does not end in 16384 bytes",
        complaint("HTTP/1.1 200 OK\r\nA: " + "b".repeat(HttpProtocol.MOST_HEAD_BYTES)));
  }

  @Test
  void theBodyHasToBeThatOfTheFirstAnswerOfAnyConnection() throws Exception {
    Conversation other = http.converse(1, 64);
    ask(talk, 2);
    ask(other, 2);
    // Both are on their way when neither is known to be the first.
    assertEquals(0, answers(talk, HELLO.substring(0, HELLO.length() - 1)));
    assertEquals(0, answers(other, HELLO.substring(0, HELLO.length() - 3)));
    assertEquals(1, answers(talk, "o"));
    assertEquals("byte 4 of the body of answer 0 is 0x6c, expected 0x6f", complaint(other, "lll"));
    assertEquals(
        "byte 0 of the body of answer 1 is 0x59, expected 0x48",
        complaint(talk, HELLO.replace("Hello", "Yello")));
    Conversation third = http.converse(2, 64);
    ask(third, 1);
    assertEquals(
        "answer 0 has a body of 6 bytes, expected 5",
        complaint(third, HELLO.replace(": 5", ": 6")));
  }

  @Test
  void aBodyThatIsExpectedIsComparedFromTheFirstOneOn() throws Exception {
    Conversation right = Protocol.http("a", "/", Optional.of("Hell\u00f6")).converse(0, 1);
    ask(right, 2);
    assertEquals(1, answers(right, HELLO.replace("Hello", "Hell\u00c3\u00b6").replace("5", "6")));
    assertEquals("answer 1 has a body of 5 bytes, expected 6", complaint(right, HELLO));
  }

  @Test
  void anAnswerThatNothingAskedForIsTold() throws Exception {
    ask(talk, 1);
    assertEquals(
        "after answer 1 comes 0x48, expected nothing: so many requests were sent",
        complaint(talk, HELLO + HELLO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "/a b", "/\u00e4", "/a\n"})
  void aPathThatIsNoneIsTold(String path) {
    String told =
        assertThrows(
                IllegalArgumentException.class, () -> Protocol.http("a", path, Optional.empty()))
            .getMessage();
    assertEquals(
        "path is '%s', it has to begin with / and be ASCII without spaces".formatted(path), told);
  }

  private static Protocol http() {
    return Protocol.http("a", "/", Optional.empty());
  }

  private static void ask(Conversation conversation, int n) {
    ByteBuffer out = ByteBuffer.allocate(n * conversation.requestBytes(0));
    for (int k = 0; k < n; k++) {
      conversation.request(k, 0, out);
    }
    assertEquals(0, out.remaining());
  }

  private static int answers(Conversation conversation, String text) throws WrongAnswerException {
    ByteBuffer in = bytes(text);
    int complete = conversation.answers(in);
    assertEquals(0, in.remaining());
    return complete;
  }

  private String complaint(String answer) {
    Conversation first = http().converse(0, 64);
    ask(first, 1);
    return complaint(first, answer);
  }

  private static String complaint(Conversation conversation, String answer) {
    return assertThrows(WrongAnswerException.class, () -> answers(conversation, answer))
        .getMessage();
  }

  private static ByteBuffer bytes(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static String text(ByteBuffer bytes) {
    return ISO_8859_1.decode(bytes).toString();
  }
}
