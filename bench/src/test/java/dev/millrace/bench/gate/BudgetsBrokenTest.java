package dev.millrace.bench.gate;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.bench.load.Protocol;
import dev.millrace.bench.load.RespCommand;
import dev.millrace.bench.load.WrongAnswerException;
import dev.millrace.bench.micro.BareEcho;
import dev.millrace.bench.micro.CoreEcho;
import dev.millrace.bench.report.Summary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the gate is there to notice, it notices: servers that do a little too much break the budget
 * for it, and no other. Only what is counted is asked here, since times are never asserted.
 */
@Timeout(60)
class BudgetsBrokenTest {
  private final Map<Budget, Summary> figures = new EnumMap<>(Budget.class);

  private Gate gate(EchoFactory server) {
    return new Gate(server, figures::put);
  }

  private Gate gate(ConnectionHandler handler) {
    return gate(provider -> new CoreEcho(provider, () -> handler));
  }

  private double measured(Budget budget) {
    return figures.get(budget).median();
  }

  @Test
  void coreAsItIsBreaksNone() throws IOException {
    new Gate(figures::put).measureExact();
    Set<Budget> broken = Gate.broken(figures);
    // The JIT compiler leaves more objects to be made where assertions are enabled, as they are
    // here.
    broken.remove(Budget.CONNECTION_BYTES);
    assertEquals(Set.of(), broken, figures::toString);
    Set<Budget> counted = EnumSet.range(Budget.ECHO_BYTES, Budget.SEND_BYTES);
    counted.remove(Budget.TIMER_FLATNESS); // a ratio among the timers
    assertEquals(counted, figures.keySet());
  }

  @Test
  void floorBreaksNone() throws IOException {
    Gate gate = gate(provider -> new BareEcho(provider, true));
    gate.measureEchoes();
    gate.measureConnections();
    assertEquals(Set.of(), Gate.broken(figures), figures::toString);
  }

  @Test
  void handlerThatAllocatesForEachEvent() throws IOException {
    byte[][] last = new byte[1][];
    gate((connection, data) -> {
          last[0] = new byte[24];
          connection.write(data);
        })
        .measureEchoes();
    assertEquals(Set.of(Budget.ECHO_BYTES, Budget.PIPELINED_BYTES), Gate.broken(figures));
    assertEquals(40, measured(Budget.ECHO_BYTES), "an array of 24 bytes and its head of 16");
    assertEquals(2.5, measured(Budget.PIPELINED_BYTES), "one for 16 requests");
  }

  @Test
  void programThatAllocatesForEachEventOrWritesEachAnswerByItself() throws IOException {
    Protocol ping = Protocol.resp(1, List.of(RespCommand.PING), 1);
    byte[][] last = new byte[1][];
    ByteBuffer pong = ByteBuffer.wrap("+PONG\r\n".getBytes(US_ASCII));
    int request = "*1\r\n$4\r\nPING\r\n".length();
    ConnectionHandler wasteful =
        (connection, data) -> {
          last[0] = new byte[24];
          for (; data.remaining() >= request; data.position(data.position() + request)) {
            connection.write(pong.rewind());
            connection.flush();
          }
        };
    ServiceCost cost = ServiceCost.of(() -> wasteful, ping, 16);
    assertEquals(2.5, cost.bytes().median(), "an array of 24 bytes and its head, for 16 requests");
    assertEquals(1, cost.writes().median());
  }

  @Test
  void programThatAnswersSomethingElseIsNotMeasured() {
    Protocol ping = Protocol.resp(1, List.of(RespCommand.PING), 1);
    WrongAnswerException wrong =
        assertThrows(
            WrongAnswerException.class,
            () -> ServiceCost.of(() -> (connection, data) -> connection.write(data), ping, 1));
    assertEquals("answer 0, to PING, is '*1', expected '+PONG'", wrong.getMessage());
    IllegalStateException none =
        assertThrows(
            IllegalStateException.class,
            () -> ServiceCost.of(() -> (connection, data) -> {}, ping, 2));
    assertEquals("the server does not answer: of 2 requests it has answered 0", none.getMessage());
  }

  @Test
  void handlerThatPausesAndResumesForEachEvent() throws IOException {
    gate(new PausingEcho()).measureEchoes();
    Set<Budget> broken = Gate.broken(figures);
    assertTrue(broken.contains(Budget.ECHO_INTEREST), figures::toString);
    assertTrue(broken.contains(Budget.PIPELINED_INTEREST), figures::toString);
    assertEquals(2, measured(Budget.ECHO_INTEREST), "off and on again");
  }

  @Test
  void handlerThatAllocatesForEachConnection() throws IOException {
    gate(provider -> new CoreEcho(provider)).measureConnections();
    double before = measured(Budget.CONNECTION_BYTES);
    gate(provider -> new CoreEcho(provider, LargeEcho::new)).measureConnections();
    double more = measured(Budget.CONNECTION_BYTES) - before;
    // Half, since what the JIT compiler leaves of all else may differ between the two.
    assertTrue(more >= LargeEcho.BYTES / 2, () -> more + " bytes more");
    assertTrue(Gate.broken(figures).contains(Budget.CONNECTION_BYTES), figures::toString);
  }

  @Test
  void serverThatDoesNotAnswerIsNotWaitedForWithoutAnEnd() {
    Gate gate = gate((connection, data) -> {});
    IllegalStateException none =
        assertThrows(IllegalStateException.class, () -> gate.measureEchoes());
    assertEquals("the server does not answer: of 4096 bytes it has answered 0", none.getMessage());
  }

  @Test
  void ratioThatIsTooHighOnceIsMeasuredAnewAndOneThatStaysSoBreaks() throws IOException {
    Gate gate = new Gate(figures::put);
    double[] disturbed = {9, 1.1, 9};
    int[] at = {0};
    gate.putRatio(Budget.SOCKETS_64, () -> Summary.exact(disturbed[at[0]++]));
    assertEquals(1.1, measured(Budget.SOCKETS_64));
    assertEquals(2, at[0], "the first that holds is the last");
    double[] worse = {9, 7, 8};
    at[0] = 0;
    gate.putRatio(Budget.SOCKETS_1, () -> Summary.exact(worse[at[0]++]));
    assertEquals(7, measured(Budget.SOCKETS_1));
    assertEquals(3, at[0]);
    assertEquals(Set.of(Budget.SOCKETS_1), Gate.broken(figures));
  }

  @Test
  void figureAtTheLimitHoldsAndOneAboveBreaks() {
    assertFalse(Budget.ECHO_BYTES.isBrokenBy(0));
    assertTrue(Budget.ECHO_BYTES.isBrokenBy(0.001), "16 bytes in 16,000 echoes");
    assertFalse(Budget.ECHO_SELECTS.isBrokenBy(300 / 19_200.0));
    assertTrue(Budget.ECHO_SELECTS.isBrokenBy(301 / 19_200.0));
    assertTrue(Budget.ECHO_BYTES.isBrokenBy(Double.NaN), "what is no number holds nothing");
  }

  /** Stops reading, answers, and reads on in the next turn. */
  private static final class PausingEcho implements ConnectionHandler {
    @Override
    public void onData(Connection connection, ByteBuffer data) {
      connection.write(data);
      connection.pauseReading();
      connection.loop().execute(connection::resumeReading);
    }
  }

  /** Has a buffer of its own that it has no need for. */
  private static final class LargeEcho implements ConnectionHandler {
    static final int BYTES = 4_096;

    private final byte[] own = new byte[BYTES];

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      own[0] = data.get(data.position());
      connection.write(data);
    }
  }
}
