package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The protocol of the package's documentation does what is said of it there. */
@Timeout(60)
class HowToBuildAProtocolTest {
  /** As in the documentation, but for the place it stands in. */
  private static final class Shout implements ConnectionHandler {
    private static final int MAX_BYTES = 9_999; // four digits, and far below Limits.maxKeptBytes
    private static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(10);

    private boolean inMessage;

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      int size = 0;
      boolean hasRoom;
      while ((hasRoom = connection.room() > 0) && (size = sizeOf(data)) > 0) {
        connection.write(shouted(data, size)); // takes it out of data
      }
      if (size < 0) {
        connection.write(text("9:malformed,"));
        connection.close(); // where the next message begins nobody knows
        return;
      }
      boolean isPartOfOne = hasRoom && data.hasRemaining();
      if (isPartOfOne != inMessage) {
        inMessage = isPartOfOne;
        connection.deadline(isPartOfOne ? MESSAGE_TIMEOUT : Duration.ZERO);
      }
    }

    @Override
    public void onDeadline(Connection connection) {
      connection.write(text("8:too late,")); // closed when this has returned
    }

    // How long the message at the position is; 0 if it is not all there; below 0 if it is none.
    static int sizeOf(ByteBuffer data) {
      int length = 0;
      for (int at = data.position(); at < data.limit(); at++) {
        int digit = data.get(at) - '0';
        if (digit < 0 || digit > 9) {
          boolean isColon = data.get(at) == ':' && at > data.position();
          int size = at - data.position() + length + 2;
          return !isColon
              ? -1
              : data.remaining() < size
                  ? 0
                  : data.get(data.position() + size - 1) == ',' ? size : -1;
        }
        length = 10 * length + digit;
        if (length > MAX_BYTES) {
          return -1;
        }
      }
      return 0;
    }

    static ByteBuffer shouted(ByteBuffer data, int size) {
      ByteBuffer answer = ByteBuffer.allocate(size);
      while (answer.hasRemaining()) {
        answer.put((byte) Character.toUpperCase(data.get()));
      }
      return answer.flip();
    }

    private static ByteBuffer text(String text) {
      return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static int sizeOf(String text) {
    return Shout.sizeOf(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void programInTheDocumentationIsTheOneTestedHere() throws IOException {
    String page = Files.readString(Path.of("src/main/java/dev/millrace/package-info.java"));
    int from = page.indexOf("final class Shout");
    String documented =
        page.substring(from, page.indexOf("}</pre>", from)).replaceAll("(?m)^ \\*( |$)", "");
    String here =
        Files.readString(Path.of("src/test/java/dev/millrace/HowToBuildAProtocolTest.java"));
    assertTrue(withoutSpace(here).contains(withoutSpace(documented)), "they differ");
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s+", "");
  }

  @Test
  void parserFedByteByByteKnowsTheMessageAtItsLastByte() {
    String message = "5:hello,";
    for (int n = 0; n < message.length(); n++) {
      assertEquals(0, sizeOf(message.substring(0, n)), "of " + n + " bytes");
    }
    assertEquals(8, sizeOf(message));
    assertEquals(8, sizeOf(message + "1:"));
    assertEquals(3, sizeOf("0:,"));
  }

  @Test
  void parserRefusesWhatIsNone() {
    for (String wrong :
        List.of(":,", "x", "-1:", "5;hello,", "5:hello;", "10000:", "99999999999")) {
      assertTrue(sizeOf(wrong) < 0, wrong);
    }
  }

  @Test
  void peersGetTheirAnswersUnderAllFaults() {
    Trials.of(
            trial -> {
              trial.server(Shout::new);
              trial.faults(FaultPlan.parse("short-read=0.5 short-write=0.5 latency=1:1ms..50ms"));
              List<SimPeer> peers = new ArrayList<>();
              for (int i = 0; i < 3; i++) {
                peers.add(
                    trial.peer(
                        p -> p.send("5:hello,0:,3:a,b,").awaitReceived(17).shutdownOutput()));
              }
              trial.check(
                  () -> {
                    for (SimPeer peer : peers) {
                      assertEquals("5:HELLO,0:,3:A,B,", peer.receivedText());
                    }
                  });
            })
        .seeds(1, 500);
  }

  @Test
  void peerThatSendsNonsenseIsToldSoThoughItSendsOn() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      List<CloseRecord> records = new ArrayList<>();
      EndingFixture.Peer peer = shouting(f, records);
      peer.send("1:a,hello" + "x".repeat(100_000));
      assertEquals("FIN", peer.readToEnd());
      assertEquals("1:A,9:malformed,", peer.got.toString(StandardCharsets.US_ASCII));
      peer.fin();
      f.turnUntil("the record", () -> !records.isEmpty());
      assertTrue(records.get(0).isOrderly(), () -> "not orderly: " + records);
    }
  }

  @Test
  void messageThatTakesTooLongIsToldSo() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      List<CloseRecord> records = new ArrayList<>();
      EndingFixture.Peer peer = shouting(f, records);
      peer.send("1:a,5:hel").readUntil(4);
      f.turns(2);
      f.pass(Duration.ofSeconds(9));
      peer.send("l"); // no longer time for it
      f.turns(2);
      f.pass(Duration.ofMillis(1_003));
      assertEquals("FIN", peer.readToEnd());
      assertEquals("1:A,8:too late,", peer.got.toString(StandardCharsets.US_ASCII));
      peer.fin();
      f.turnUntil("the record", () -> !records.isEmpty());
      assertEquals(FailureKind.DEADLINE, records.get(0).kind());
    }
  }

  @Test
  void messagesThatAreWholeTouchNoDeadline() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.timeouts = LoopFixture.noTimeouts();
      EndingFixture.Peer peer = shouting(f, new ArrayList<>());
      peer.send("1:a,").readUntil(4);
      f.turns(2);
      assertEquals(0, f.timersArmed());
      peer.send("5:he").readUntil(4);
      f.turns(2);
      assertEquals(1, f.timersArmed());
      peer.send("llo,").readUntil(12);
      f.turns(2);
      f.pass(Duration.ofSeconds(20)); // the timer finds nothing that is due
      assertEquals(0, f.timersArmed());
      peer.send("0:,").readUntil(15);
    }
  }

  /** A peer of a server that shouts. */
  private static EndingFixture.Peer shouting(EndingFixture f, List<CloseRecord> records)
      throws IOException {
    Server server =
        Server.builder()
            .loop(f.loop)
            .listen("127.0.0.1", 0)
            .timeouts(f.timeouts)
            .handler(
                () -> {
                  Shout shout = new Shout();
                  return new ConnectionHandler() {
                    @Override
                    public void onData(Connection connection, ByteBuffer data) {
                      shout.onData(connection, data);
                    }

                    @Override
                    public void onDeadline(Connection connection) {
                      shout.onDeadline(connection);
                    }

                    @Override
                    public void onClosed(Connection connection, CloseRecord record) {
                      records.add(record);
                    }
                  };
                })
            .start();
    EndingFixture.Peer peer = f.dial(server.addresses().get(0), 0);
    f.turns(3);
    return peer;
  }
}
