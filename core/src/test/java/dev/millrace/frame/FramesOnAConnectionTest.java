package dev.millrace.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Seeds;
import dev.millrace.Server;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.SimWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The handler in the package's description, on a connection whose bytes come in any pieces. */
@Timeout(60)
class FramesOnAConnectionTest {
  private static final int PORT = 7007;
  private static final int MAX = 3_000;
  private static final int ASK_AGAIN = 9;

  /** Sends each payload back. */
  private static final class Echo implements ConnectionHandler {
    private final FrameCodec codec = new FrameCodec(MAX);
    private final ByteBuffer answer = ByteBuffer.allocate(FrameCodec.size(MAX));
    private boolean wasCut;
    private CloseRecord record;

    private void answer(Connection connection, int type, long id, ByteBuffer payload) {
      codec.write(answer.clear(), type, id, payload);
      connection.write(answer.flip());
    }

    private void askAgain(Connection connection, long id) {
      answer(connection, ASK_AGAIN, id, ByteBuffer.allocate(0));
    }

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      while (connection.room() > 0) {
        switch (codec.read(data)) {
          case FRAME -> answer(connection, codec.type(), codec.id(), codec.payload());
          case CORRUPT -> askAgain(connection, codec.id()); // the stream is still in step
          case INCOMPLETE -> {
            return; // what is left is offered again, with what follows
          }
          default -> {
            connection.abort("frames: " + codec.end(data));
            return;
          }
        }
      }
    }

    @Override
    public void onInputEnd(Connection connection, int unconsumed) {
      wasCut = codec.end(unconsumed) != FrameResult.END;
      connection.close();
    }

    @Override
    public void onClosed(Connection connection, CloseRecord why) {
      record = why;
    }
  }

  private static byte[] stream(SplittableRandom random, int frames) {
    ByteBuffer[] all = new ByteBuffer[frames];
    for (int i = 0; i < frames; i++) {
      all[i] = Codec.CHECKSUMMED.frame(Codec.payload(random.nextInt(MAX + 1), i));
    }
    return Codec.joined(all);
  }

  /** What comes back for these bytes, and the handler that sent it. */
  private static byte[] exchange(SplittableRandom random, byte[] bytes, Echo echo)
      throws IOException {
    SimWorld world = new SimWorld(random.nextLong());
    SimHost host = world.host("server");
    if (random.nextBoolean()) {
      host.faults(
          FaultPlan.none().with(FaultKind.SHORT_READ, 0.7).with(FaultKind.SHORT_WRITE, 0.5));
    }
    EventLoop loop =
        new EventLoop(
            host.provider(),
            world.clock(),
            LoopOptions.defaults().withFailureTexts(FailureTexts.none()));
    try (loop) {
      Server.builder().loop(loop).listen(host.address(PORT)).handler(() -> echo).start();
      loop.turn(0);
      SimPeer peer = world.host("client").peer().connect(host.address(PORT));
      byte[] back = new byte[bytes.length + 10_000];
      int[] got = new int[1];
      peer.onReceived(
          part -> {
            int n = part.remaining();
            part.get(back, got[0], n);
            got[0] += n;
          });
      for (int at = 0; at < bytes.length; ) {
        int end = Math.min(bytes.length, at + random.nextInt(1, 4_000));
        peer.send(Arrays.copyOfRange(bytes, at, end)).pause(Duration.ofMillis(random.nextInt(3)));
        at = end;
      }
      peer.shutdownOutput();
      assertTrue(world.run(loop, () -> echo.record != null));
      world.run(loop, peer::isDone);
      return Arrays.copyOf(back, got[0]);
    }
  }

  @Test
  void eachFrameComesBack() throws Exception {
    Seeds.each(
        100,
        random -> {
          byte[] bytes = stream(random, random.nextInt(1, 20));
          Echo echo = new Echo();
          assertEquals(ByteBuffer.wrap(bytes), ByteBuffer.wrap(exchange(random, bytes, echo)));
          assertFalse(echo.wasCut);
          assertTrue(echo.record.isOrderly(), () -> echo.record.toString());
        });
  }

  @Test
  void aCorruptFrameIsAskedForAgainAndTheOthersComeBack() throws Exception {
    Seeds.each(
        50,
        random -> {
          byte[] one = Codec.joined(Codec.CHECKSUMMED.frame(Codec.payload(77, 1)));
          byte[] bad = one.clone();
          bad[FrameCodec.HEADER_BYTES + random.nextInt(77)] ^= (byte) (1 << random.nextInt(8));
          byte[] bytes =
              Codec.joined(ByteBuffer.wrap(one), ByteBuffer.wrap(bad), ByteBuffer.wrap(one));
          Echo echo = new Echo();
          List<String> back =
              Codec.CHECKSUMMED
                  .reading(MAX)
                  .takePieces(Codec.Memory.HEAP, exchange(random, bytes, echo));
          assertEquals(4, back.size(), back.toString());
          assertEquals(back.get(0), back.get(2));
          assertEquals(ASK_AGAIN + " -77 ", back.get(1));
          assertEquals("END", back.get(3));
        });
  }

  @Test
  void aStreamThatIsCutOrOutOfStepEndsAsSuch() throws Exception {
    Seeds.each(
        50,
        random -> {
          byte[] bytes = stream(random, 3);
          Echo echo = new Echo();
          exchange(random, Arrays.copyOf(bytes, bytes.length - 1), echo);
          assertTrue(echo.wasCut);
          Echo other = new Echo();
          byte[] noise = Codec.joined(ByteBuffer.wrap(bytes), Codec.bytes("GET / HTTP/1.1\r\n"));
          exchange(random, noise, other);
          assertEquals(FailureKind.ABORTED, other.record.kind());
          assertEquals("frames: DESYNCHRONISED", other.record.reason());
        });
  }

  @Test
  void theExampleInTheDocumentationIsTheOneHere() throws IOException {
    Path sources = Path.of("src");
    String page =
        Files.readString(sources.resolve("main/java/dev/millrace/frame/package-info.java"));
    int from = page.indexOf("<pre>{@code") + "<pre>{@code".length();
    String example = page.substring(from, page.indexOf("}</pre>", from)).replace("\n *", "\n");
    String test =
        Files.readString(
            sources.resolve("test/java/dev/millrace/frame/FramesOnAConnectionTest.java"));
    assertTrue(example.contains("onInputEnd"), example);
    assertTrue(withoutSpace(test).contains(withoutSpace(example)), example);
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s+", "");
  }
}
