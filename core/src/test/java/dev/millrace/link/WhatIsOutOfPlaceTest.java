package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.WriteResult;
import dev.millrace.frame.FrameCodec;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both sides of the protocol without a connection: bytes in, frames out. */
@Timeout(60)
class WhatIsOutOfPlaceTest {
  private static final UUID SESSION = new UUID(1, 2);
  private static final long EPOCH = 77;

  private final FrameCodec codec = new FrameCodec(1_000);

  private ByteBuffer frame(int type, long id) {
    return Frames.plain(codec, type, id);
  }

  private ByteBuffer message(long id, String text) {
    ByteBuffer payload = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    ByteBuffer frame = ByteBuffer.allocate(FrameCodec.size(payload.remaining()));
    codec.write(frame, Frames.MESSAGE, id, payload);
    return frame.flip();
  }

  private static ByteBuffer together(ByteBuffer... frames) {
    ByteBuffer all = ByteBuffer.allocate(4_096);
    for (ByteBuffer frame : frames) {
      all.put(frame);
    }
    return all.flip();
  }

  // ---- the link's side

  private final Outbox outbox = new Outbox(100, 100_000, 100);
  private final List<String> told = new ArrayList<>();
  private final SendingSide sender =
      new SendingSide(
          SESSION,
          outbox,
          100,
          1_000,
          new SendingSide.Told() {
            @Override
            public void welcomed(SessionLoss loss) {
              told.add("welcomed" + (loss == null ? "" : " " + loss.why()));
            }

            @Override
            public void acknowledged() {
              told.add("acknowledged " + outbox.acknowledged());
            }

            @Override
            public void ponged(long number) {
              told.add("ponged " + number);
            }

            @Override
            public void refused(Frames.Refusal why, int maxMessageBytes) {
              told.add("refused " + why + " " + maxMessageBytes);
            }
          });

  private ByteBuffer welcome(long delivered, long epoch, long incarnation, SessionStart start) {
    return Frames.welcome(codec, new Frames.Welcome(delivered, epoch, incarnation, start));
  }

  private ByteBuffer welcome() {
    return welcome(0, EPOCH, 1, SessionStart.NEW);
  }

  /** Messages 1 to n are accepted, and handed to a connection. */
  private void sent(int n) {
    for (int i = 0; i < n; i++) {
      assertEquals(WriteResult.ACCEPTED, outbox.offer(ByteBuffer.allocate(3)));
      assertNotNull(outbox.next());
      outbox.wrote();
    }
  }

  private void up(int messages) {
    sender.hello();
    assertNull(sender.read(welcome()));
    sent(messages);
    told.clear();
  }

  @Test
  void aConversationByteByByteAndInOnePiece() {
    for (boolean inPieces : List.of(true, false)) {
      WhatIsOutOfPlaceTest test = new WhatIsOutOfPlaceTest();
      test.sender.hello();
      ByteBuffer first = test.welcome();
      test.feed(first, inPieces);
      test.sent(3);
      ByteBuffer rest =
          together(
              test.frame(Frames.ACK, 1), test.frame(Frames.PONG, 4), test.frame(Frames.ACK, 3));
      test.feed(rest, inPieces);
      assertEquals(List.of("welcomed", "acknowledged 1", "ponged 4", "acknowledged 3"), test.told);
      assertTrue(test.outbox.isEmpty());
    }
  }

  private void feed(ByteBuffer bytes, boolean inPieces) {
    if (!inPieces) {
      assertNull(sender.read(bytes));
      assertEquals(0, bytes.remaining());
      return;
    }
    int end = bytes.limit();
    for (int limit = 1; limit <= end; limit++) {
      bytes.limit(limit); // what was not taken is offered again, with one byte more
      assertNull(sender.read(bytes));
    }
    assertEquals(0, bytes.remaining());
  }

  @Test
  void nothingButAWelcomeOrAByeComesFirst() {
    for (int type : new int[] {0, 1, 3, 4, 5, 6, 8, 255}) {
      sender.hello();
      assertEquals("a frame of type " + type + " before the welcome", sender.read(frame(type, 1)));
    }
    sender.hello();
    assertNull(sender.read(Frames.bye(codec, Frames.Refusal.TOO_LARGE, 9)));
    assertEquals(List.of("refused TOO_LARGE 9"), told);
  }

  @Test
  void afterTheWelcomeThereAreAcknowledgementsAndPongsAndNothingElse() {
    for (int type : new int[] {0, 1, 2, 3, 5, 8, 255}) {
      sender.apart();
      sender.hello();
      if (type == 0) {
        assertNull(sender.read(welcome()));
      } else {
        assertNull(sender.read(welcome(0, EPOCH, 1, SessionStart.RESUMED)));
      }
      assertEquals("a frame of type " + type + " is out of place", sender.read(frame(type, 1)));
    }
  }

  @Test
  void anAcknowledgementOfWhatWasNotSentOrBackwards() {
    up(3);
    assertEquals("an acknowledgement of 4 is out of place", sender.read(frame(Frames.ACK, 4)));
    assertNull(sender.read(frame(Frames.ACK, 2)));
    assertNull(sender.read(frame(Frames.ACK, 2)), "told again, as for a repetition");
    assertEquals("an acknowledgement of 1 is out of place", sender.read(frame(Frames.ACK, 1)));
    assertEquals("an acknowledgement of -1 is out of place", sender.read(frame(Frames.ACK, -1)));
    assertEquals(List.of("acknowledged 2"), told);
  }

  @Test
  void aWelcomeThatDoesNotFitWhatIsKnown() {
    sender.hello();
    String[] wrong = {
      sender.read(welcome(1, EPOCH, 1, SessionStart.NEW)), // nothing was sent
      sender.read(welcome(0, EPOCH, 1, SessionStart.RESUMED)), // there was none
      sender.read(welcome(0, EPOCH, 1, SessionStart.LOST)),
    };
    up(3);
    assertNull(sender.read(frame(Frames.ACK, 1)));
    for (ByteBuffer frame :
        List.of(
            welcome(0, EPOCH, 1, SessionStart.NEW),
            welcome(0, EPOCH, 1, SessionStart.RESUMED), // behind what was acknowledged
            welcome(4, EPOCH, 1, SessionStart.RESUMED), // not sent
            welcome(1, EPOCH + 1, 1, SessionStart.RESUMED),
            welcome(1, EPOCH, 2, SessionStart.RESUMED),
            welcome(2, EPOCH + 1, 1, SessionStart.LOST))) {
      sender.hello();
      String why = sender.read(frame);
      assertNotNull(why);
      assertTrue(why.endsWith("does not fit"), why);
    }
    for (String why : wrong) {
      assertTrue(why.endsWith("does not fit"), why);
    }
    assertEquals(List.of("acknowledged 1"), told);
  }

  @Test
  void aResumedSessionGoesOnBehindWhatWasDelivered() {
    up(5);
    sender.hello();
    assertNull(sender.read(welcome(3, EPOCH, 1, SessionStart.RESUMED)));
    assertEquals(List.of("welcomed", "acknowledged 3"), told);
    assertEquals(3, outbox.written(), "4 is next");
    assertEquals(5, outbox.sent());
  }

  @Test
  void aLostSessionGoesOnBehindWhatWasAcknowledgedAndSaysSo() {
    up(5);
    assertNull(sender.read(frame(Frames.ACK, 2)));
    sender.hello();
    assertNull(sender.read(welcome(2, EPOCH, 9, SessionStart.LOST)));
    sender.hello();
    assertNull(sender.read(welcome(2, EPOCH + 1, 1, SessionStart.LOST)));
    assertEquals(List.of("acknowledged 2", "welcomed EVICTED", "welcomed RESTARTED"), told);
    assertEquals(2, outbox.written(), "3 is next");
  }

  @Test
  void aFrameThatIsDamagedEndsTheConnectionWhereverItsBitIsFlipped() {
    ByteBuffer good = welcome();
    for (int bit = 0; bit < 8 * good.limit(); bit++) {
      ByteBuffer bad = ByteBuffer.allocate(good.limit()).put(good.duplicate()).flip();
      bad.put(bit / 8, (byte) (bad.get(bit / 8) ^ 1 << bit % 8));
      sender.hello();
      String why = sender.read(bad);
      assertNotNull(why, "bit " + bit);
      assertTrue(why.startsWith("a frame is "), why);
    }
    assertEquals(List.of(), told);
  }

  @Test
  void nothingIsReadAfterTheEnd() {
    up(1);
    sender.apart();
    ByteBuffer late = frame(Frames.ACK, 1);
    assertNull(sender.read(late));
    assertEquals(late.limit(), late.remaining());
    assertEquals(0, outbox.acknowledged());
  }

  // ---- the receiver's side

  private final List<String> got = new ArrayList<>();
  private boolean throwsNow;

  private final LinkReceiver receiver =
      (session, id, payload) -> {
        if (throwsNow) {
          throw new IllegalStateException("not now");
        }
        got.add(id + " " + Ground.text(payload));
      };

  private final SessionTable table =
      new SessionTable(10, 1_000, (session, end) -> got.add("" + end));

  private final class Wire implements ReceivingSide.Wire {
    final List<String> out = new ArrayList<>();
    final FrameCodec codec = new FrameCodec(1_000);
    boolean isFull;
    final ReceivingSide side = new ReceivingSide(table, receiver, EPOCH, 100, this);

    @Override
    public boolean write(ByteBuffer frame) {
      if (isFull) {
        return false;
      }
      codec.read(frame);
      out.add(codec.type() + " " + codec.id());
      return true;
    }

    @Override
    public void paused(boolean isPaused) {
      out.add(isPaused ? "paused" : "resumed");
    }

    @Override
    public void greeted(int heartbeatMillis, boolean isPaused) {
      out.add("greeted " + heartbeatMillis + (isPaused ? " paused" : ""));
    }

    @Override
    public void cut(String why) {
      out.add("cut: " + why);
    }

    @Override
    public void close(String why) {
      out.add("close: " + why);
    }

    @Override
    public SocketAddress remoteAddress() {
      return null;
    }
  }

  private ByteBuffer hello(long epoch, long incarnation, long connection, long acked, long sent) {
    return Frames.hello(
        codec, new Frames.Hello(SESSION, epoch, incarnation, connection, acked, sent, 100, 1_000));
  }

  private Wire known() {
    Wire wire = new Wire();
    assertNull(wire.side.read(hello(0, 0, 1, 0, 0)));
    assertEquals(List.of("greeted 1000", Frames.WELCOME + " 0"), wire.out);
    wire.out.clear();
    return wire;
  }

  @Test
  void aStrangerSaysHelloOrNothing() {
    for (int type : new int[] {0, 2, 3, 4, 5, 6, 7, 255}) {
      assertEquals(
          "a frame of type " + type + " before the greeting", new Wire().side.read(frame(type, 0)));
    }
  }

  @Test
  void aGreetingThatCanNotBeIsNone() {
    for (ByteBuffer frame :
        List.of(
            hello(0, 0, 0, 0, 0), // connections count from 1
            hello(0, 0, 1, 0, 1), // sent before the first welcome
            hello(EPOCH, 1, 1, 2, 1), // more acknowledged than sent
            hello(EPOCH, 1, 1, -1, 1))) {
      assertEquals("a greeting that can't be read", new Wire().side.read(frame));
    }
    ByteBuffer shorter = ByteBuffer.wrap(new byte[] {Frames.VERSION, 1, 2});
    ByteBuffer frame = ByteBuffer.allocate(100);
    codec.write(frame, Frames.HELLO, 0, shorter);
    assertEquals("a greeting that can't be read", new Wire().side.read(frame.flip()));
  }

  @Test
  void anotherVersionIsSentAway() {
    ByteBuffer other = ByteBuffer.wrap(new byte[] {Frames.VERSION + 1, 1, 2});
    ByteBuffer frame = ByteBuffer.allocate(100);
    codec.write(frame, Frames.HELLO, 0, other);
    Wire wire = new Wire();
    assertNull(wire.side.read(frame.flip()));
    assertEquals(List.of(Frames.BYE + " 0", "close: refused: VERSION"), wire.out);
  }

  @Test
  void messagesAreTakenInOrderByteByByteAndAcknowledgedOncePerPiece() {
    Wire wire = known();
    ByteBuffer two = together(message(1, "a"), message(2, "bc"));
    int end = two.limit();
    for (int limit = 1; limit <= end; limit++) {
      assertNull(wire.side.read(two.limit(limit)));
    }
    assertEquals(List.of("1 a", "2 bc"), got);
    assertEquals(List.of(Frames.ACK + " 1", Frames.ACK + " 2"), wire.out);
    assertNull(wire.side.read(together(message(3, "d"), message(4, "e"), message(5, ""))));
    assertEquals(Frames.ACK + " 5", wire.out.get(wire.out.size() - 1));
    assertEquals(3, wire.out.size());
  }

  @Test
  void aMessageThatCameBeforeIsAcknowledgedAgainAndNotTakenAgain() {
    Wire wire = known();
    assertNull(wire.side.read(together(message(1, "a"), message(2, "b"))));
    assertNull(wire.side.read(message(1, "a")));
    assertEquals(List.of("1 a", "2 b"), got);
    assertEquals(List.of(Frames.ACK + " 2", Frames.ACK + " 2"), wire.out);
  }

  @Test
  void aGapEndsTheConnection() {
    Wire wire = known();
    assertEquals("message 2 comes where 1 is next", wire.side.read(message(2, "b")));
    assertEquals(List.of(), got);
    assertEquals(List.of(), wire.out, "and nothing is acknowledged");
  }

  @Test
  void framesThatAReceiverNeverGets() {
    for (int type : new int[] {0, 1, 2, 4, 6, 8, 255}) {
      assertEquals(
          "a frame of type " + type + " is out of place", known().side.read(frame(type, 0)));
      table.remove(table.get(SESSION), SessionEnd.AGED);
    }
  }

  @Test
  void aByeBeforeAllIsDeliveredIsOutOfPlace() {
    Wire wire = known();
    assertNull(wire.side.read(message(1, "a")));
    assertEquals("a bye at 2 where 1 is delivered", wire.side.read(frame(Frames.BYE, 2)));
    assertNull(wire.side.read(frame(Frames.BYE, 1)));
    assertEquals(List.of("1 a", "BYE"), got);
    assertEquals(0, table.size());
  }

  @Test
  void aHandlerThatThrowsHasNotTakenTheMessage() {
    Wire wire = known();
    throwsNow = true;
    ByteBuffer bytes = message(1, "a");
    assertThrows(IllegalStateException.class, () -> wire.side.read(bytes));
    assertEquals(0, table.get(SESSION).delivered());
    assertEquals(List.of(), wire.out);
  }

  @Test
  void anAcknowledgementThatFindsNoRoomIsMadeUpFor() {
    Wire wire = known();
    wire.isFull = true;
    assertNull(wire.side.read(message(1, "a")));
    assertEquals(List.of(), wire.out);
    wire.isFull = false;
    wire.side.acknowledge();
    wire.side.acknowledge();
    assertEquals(List.of(Frames.ACK + " 1"), wire.out);
  }

  @Test
  void aLaterConnectionReplacesAnEarlierOneWhoseLateFramesAreNotBelieved() {
    Wire old = known();
    assertNull(old.side.read(message(1, "a")));
    Wire later = new Wire();
    assertNull(later.side.read(hello(EPOCH, 1, 2, 0, 3)));
    assertEquals(List.of("greeted 1000", Frames.WELCOME + " 1"), later.out);
    assertEquals(
        List.of(Frames.ACK + " 1", "cut: replaced by a later connection of the same session"),
        old.out);
    ByteBuffer late = together(message(2, "late"), frame(Frames.BYE, 1));
    assertNull(old.side.read(late));
    assertEquals(late.limit(), late.remaining());
    assertNull(later.side.read(message(2, "b")));
    old.side.closed(0); // its end is not the session's
    assertTrue(table.get(SESSION).isConnected());
    assertEquals(List.of("1 a", "2 b"), got);
  }

  @Test
  void anEarlierConnectionThatArrivesLateIsSentAway() {
    Wire second = new Wire();
    assertNull(second.side.read(hello(0, 0, 2, 0, 0)));
    for (long connection = 1; connection <= 2; connection++) {
      assertEquals(
          "a later connection of this session has come before",
          new Wire().side.read(hello(0, 0, connection, 0, 0)));
    }
    assertNull(second.side.read(message(1, "a")));
    assertEquals(List.of("1 a"), got);
  }

  @Test
  void aLinkThatSaysWhatCanNotBeIsNotBelieved() {
    Wire wire = known();
    assertNull(wire.side.read(together(message(1, "a"), message(2, "b"))));
    String first = new Wire().side.read(hello(EPOCH, 1, 2, 3, 3)); // 3 were never delivered
    String other = new Wire().side.read(hello(EPOCH, 1, 2, 0, 1)); // more were delivered than sent
    String third = new Wire().side.read(hello(0, 0, 2, 0, 0)); // never welcomed, and yet
    assertEquals("greets with acknowledged=3 sent=3 where delivered=2", first);
    assertEquals("greets with acknowledged=0 sent=1 where delivered=2", other);
    assertEquals("greets with acknowledged=0 sent=0 where delivered=2", third);
    assertTrue(table.get(SESSION).isConnected(), "and the one that is there stays");
  }

  @Test
  void aSessionThatIsUnknownGoesOnWhereTheLinkSaysUntilItHasHeardSo() {
    for (int connection = 5; connection < 8; connection++) {
      // The welcome of each is lost, and the link names the same incarnation again.
      Wire wire = new Wire();
      assertNull(wire.side.read(hello(EPOCH, 40, connection, 10, 12)));
      assertEquals(List.of("greeted 1000", Frames.WELCOME + " 10"), wire.out);
      assertEquals(12, table.get(SESSION).uncertainId());
    }
    Wire wire = new Wire();
    assertNull(wire.side.read(hello(EPOCH, 1, 8, 10, 12)));
    assertNull(wire.side.read(message(11, "k")));
    assertEquals(11, table.get(SESSION).delivered());
  }
}
