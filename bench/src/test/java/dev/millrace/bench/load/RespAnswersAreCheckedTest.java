package dev.millrace.bench.load;

import static dev.millrace.bench.load.RespCommand.GET;
import static dev.millrace.bench.load.RespCommand.PING;
import static dev.millrace.bench.load.RespCommand.SET;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RespAnswersAreCheckedTest {
  private static final List<RespCommand> MIX = List.of(GET, SET, PING, GET);

  @Test
  void requestsAreArraysOfBulkStrings() {
    Conversation talk = Protocol.resp(1, MIX, 100).converse(0, 3);
    assertEquals("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n", request(talk, 0));
    String set = request(talk, 1);
    assertTrue(set.startsWith("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$3\r\n"), set);
    assertEquals(set.indexOf("$3\r\n", 20) + 4 + 3 + 2, set.length());
    assertEquals("*1\r\n$4\r\nPING\r\n", request(talk, 2));
    assertEquals("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000003\r\n", request(talk, 3));
    assertEquals("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000004\r\n", request(talk, 4));
    assertTrue(request(talk, 100).contains("key:000000000000"));
  }

  @Test
  void aRequestRenderedInPiecesIsTheSameRequest() {
    Seeds.each(
        300,
        random -> {
          int size = random.nextInt(1, 100_000) >> random.nextInt(15);
          Conversation talk = Protocol.resp(1, MIX, 7).converse(random.nextInt(99), size + 1);
          long k = random.nextInt(20);
          String whole = request(talk, k);
          ByteBuffer pieces = ByteBuffer.allocate(whole.length());
          while (pieces.hasRemaining()) {
            pieces.limit(pieces.position() + random.nextInt(1, pieces.remaining() + 1));
            talk.request(k, pieces.position(), pieces);
            pieces.limit(pieces.capacity());
          }
          assertEquals(whole, text(pieces.flip()));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64, 1000, 100_000})
  void whatASetStoresIsWhatAGetExpectsWhoeverAsks(int size) throws Exception {
    Protocol protocol = Protocol.resp(5, MIX, 10);
    Preparation preparation = protocol.preparation(size).orElseThrow();
    Store store = new Store();
    Conversation sets = preparation.conversation();
    String answers = store.answer(sets, 0, preparation.requests());
    assertEquals(10, sets.answers(bytes(answers)));
    assertEquals(10, store.values.size());
    for (int connection = 0; connection < 5; connection++) {
      Conversation talk = protocol.converse(connection, size);
      assertEquals(43, talk.answers(bytes(store.answer(talk, 0, 43))));
    }
    assertEquals(10, store.values.size());
  }

  @Test
  void byteByByteAnAnswerIsCountedWithItsLastByte() throws Exception {
    Protocol protocol = Protocol.resp(5, MIX, 10);
    Store store = prepared(protocol, 20);
    Conversation talk = protocol.converse(0, 20);
    for (int k = 0; k < 30; k++) {
      String answer = store.answer(talk, k, 1);
      for (int at = 0; at < answer.length(); at++) {
        int expected = at + 1 < answer.length() ? 0 : 1;
        assertEquals(expected, talk.answers(bytes(answer.substring(at, at + 1))), "byte " + at);
      }
    }
  }

  @Test
  void anyCutGivesTheSameCount() {
    Seeds.each(
        100,
        random -> {
          int size = 1 + (random.nextInt(100_000) >> random.nextInt(15));
          Protocol protocol = Protocol.resp(5, MIX, 10);
          Store store = prepared(protocol, size);
          Conversation talk = protocol.converse(random.nextInt(1000), size);
          ByteBuffer in = bytes(store.answer(talk, 0, 23));
          int end = in.limit();
          int complete = 0;
          while (in.position() < end) {
            in.limit(random.nextInt(in.position(), end) + 1);
            complete += talk.answers(in);
            assertEquals(0, in.remaining());
          }
          assertEquals(23, complete);
        });
  }

  @Test
  void oneByteOfAValueFlippedIsNamed() {
    Seeds.each(
        200,
        random -> {
          Protocol protocol = Protocol.resp(5, List.of(GET), 10);
          Store store = prepared(protocol, 64);
          Conversation talk = protocol.converse(0, 64);
          byte[] answers = store.answer(talk, 0, 7).getBytes(ISO_8859_1);
          int answer = random.nextInt(7);
          int at = random.nextInt(64);
          int index = answer * "$64\r\n..\r\n".replace("..", "b".repeat(64)).length() + 5 + at;
          byte expected = answers[index];
          answers[index] ^= (byte) (1 << random.nextInt(8));
          String told =
              "byte %d of the value of answer %d, to GET key:%012d, is 0x%02x, expected 0x%02x"
                  .formatted(at, answer, answer, answers[index], expected);
          assertEquals(told, complaint(talk, new String(answers, ISO_8859_1)));
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PING | -ERR unknown$n | answer 0, to PING, is '-ERR unknown', expected '+PONG'
          PING | +PUNG$n        | answer 0, to PING, is '+PUNG', expected '+PONG'
          PING | +PONGS$n       | answer 0, to PING, is '+PONGS', expected '+PONG'
          SET  | -OOM command$n | answer 0, to SET key:000000000000, is '-OOM command', expected '+OK'
          SET  | $-1$n          | answer 0, to SET key:000000000000, is '$-1', expected '+OK'
          GET  | $-1$n          | answer 0, to GET key:000000000000, is '$-1', expected '$3'
          GET  | $30$n          | answer 0, to GET key:000000000000, is '$30', expected '$3'
          GET  | +OK$n          | answer 0, to GET key:000000000000, is '+OK', expected '$3'
          """)
  void anAnswerOfAnotherKindIsToldWithWhatWasExpected(
      RespCommand command, String answer, String expected) {
    Conversation talk = Protocol.resp(1, List.of(command), 10).converse(0, 3);
    request(talk, 0);
    assertEquals(expected, complaint(talk, answer.replace("$n", "\r\n")));
  }

  @Test
  void whatIsBehindAValueHasToBeALineEnd() throws Exception {
    Protocol protocol = Protocol.resp(5, List.of(GET), 1);
    Store store = prepared(protocol, 3);
    Conversation talk = protocol.converse(0, 3);
    String answer = store.answer(talk, 0, 1);
    assertEquals(
        "byte 3 of the value of answer 0, to GET key:000000000000, is 0x2e, expected 0x0d",
        complaint(talk, answer.replace("\r\n", ".\n").replace("$3.", "$3\r")));
    Conversation other = protocol.converse(1, 3);
    String cut = store.answer(other, 0, 1);
    assertEquals(
        "byte 4 of the value of answer 0, to GET key:000000000000, is 0x2e, expected 0x0a",
        complaint(other, cut.substring(0, cut.length() - 1) + "."));
  }

  @Test
  void anAnswerThatNothingAskedForIsTold() {
    Conversation talk = Protocol.resp(1, List.of(PING), 1).converse(0, 1);
    request(talk, 0);
    assertEquals(
        "after answer 1 comes '+PONG', expected nothing: so many requests were sent",
        complaint(talk, "+PONG\r\n+PONG\r\n"));
  }

  @Test
  void anotherSeedStoresOtherBytes() {
    assertNotEquals(
        request(Protocol.resp(1, List.of(SET), 1).converse(0, 64), 0),
        request(Protocol.resp(2, List.of(SET), 1).converse(0, 64), 0));
  }

  @Test
  void itsTitleSaysWhatIsAsked() {
    assertEquals("resp get,set,ping,get of 10 keys", Protocol.resp(1, MIX, 10).title());
    assertEquals("resp set of 1 key", Protocol.resp(1, List.of(SET), 1).title());
    assertEquals("resp ping", Protocol.resp(1, List.of(PING), 10).title());
    assertFalse(Protocol.resp(1, List.of(PING), 10).isSized());
    assertEquals(Optional.empty(), Protocol.resp(1, List.of(SET, PING), 10).preparation(64));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1_000_001})
  void aNumberOfKeysOutOfBoundsIsTold(int keys) {
    assertEquals(
        "keys is " + keys + ", allowed is 1 to 1000000",
        assertThrows(IllegalArgumentException.class, () -> Protocol.resp(1, List.of(GET), keys))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Protocol.resp(1, List.of(), 1));
  }

  /** A server of the three commands, as text. */
  private static final class Store {
    final Map<String, String> values = new HashMap<>();

    /** Answers requests of a conversation. */
    String answer(Conversation conversation, long first, long n) {
      StringBuilder answers = new StringBuilder();
      for (long k = first; k < first + n; k++) {
        String request = request(conversation, k);
        String[] lines = request.split("\r\n", 7);
        switch (lines[2]) {
          case "PING" -> answers.append("+PONG\r\n");
          case "SET" -> {
            values.put(lines[4], lines[6].substring(0, lines[6].length() - 2));
            answers.append("+OK\r\n");
          }
          default -> {
            String value = values.get(lines[4]);
            answers.append("$" + value.length() + "\r\n" + value + "\r\n");
          }
        }
      }
      return answers.toString();
    }
  }

  private static Store prepared(Protocol protocol, int size) {
    Store store = new Store();
    Preparation preparation = protocol.preparation(size).orElseThrow();
    store.answer(preparation.conversation(), 0, preparation.requests());
    return store;
  }

  private static String request(Conversation talk, long k) {
    ByteBuffer out = ByteBuffer.allocate(talk.requestBytes(k));
    talk.request(k, 0, out);
    assertEquals(0, out.remaining());
    return text(out.flip());
  }

  private static String complaint(Conversation talk, String answers) {
    return assertThrows(WrongAnswerException.class, () -> talk.answers(bytes(answers)))
        .getMessage();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private static String text(ByteBuffer bytes) {
    return ISO_8859_1.decode(bytes).toString();
  }
}
