package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SameSeedSameFaultsTest {
  private static final String PLAN =
      " short-read=0.5:1..40 short-write=0.5:0..40 reset-at=0.3:0..400";

  /** What four connections of a listener do, with so many reads between their writes. */
  private static List<String> run(String plan, int probes) throws IOException {
    FaultSelectorProvider provider =
        new FaultSelectorProvider(SelectorProvider.provider(), FaultPlan.parse(plan));
    List<String> connections = new ArrayList<>();
    try (ServerSocketChannel listener = Loopback.listener(provider)) {
      for (int i = 0; i < 4; i++) {
        // A program opens others in between; it may not change what the accepted ones meet.
        for (int j = 0; j < probes; j++) {
          provider.openSocketChannel().close();
        }
        try (SocketChannel client = SocketChannel.open(listener.getLocalAddress());
            SocketChannel own = listener.accept()) {
          assertTrue(client.isConnected());
          own.configureBlocking(false);
          StringBuilder told = new StringBuilder();
          for (int j = 0; j < 20; j++) {
            told.append(write(own)).append(' ');
          }
          connections.add(told.toString());
        }
      }
    }
    return connections;
  }

  private static String write(SocketChannel own) {
    try {
      return Integer.toString(own.write(ByteBuffer.allocate(50)));
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @Test
  void theSameConnectionMeetsTheSameWhateverElseIsOpened() throws Exception {
    List<String> first = run("seed=5" + PLAN, 0);
    assertEquals(first, run("seed=5" + PLAN, 3));
    assertNotEquals(first, run("seed=6" + PLAN, 0));
    assertEquals(4, Set.copyOf(first).size(), () -> "connections that are alike: " + first);
  }

  @Test
  void readsThrowDiceOfTheirOwn() throws Exception {
    assertEquals(writes(0), writes(7));
  }

  private static List<Integer> writes(int readsBetween) throws IOException {
    try (Loopback pair = new Loopback("seed=9 short-read=0.5 short-write=0.7")) {
      List<Integer> taken = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < readsBetween; j++) {
          pair.read(10);
        }
        taken.add(pair.write("0123456789"));
      }
      return taken;
    }
  }

  /** One throw for two questions would mean that what survives the first never meets the second. */
  @Test
  void anOpenThatSucceedsMayStillMeetAFailingConnect() throws Exception {
    FaultSelectorProvider provider =
        new FaultSelectorProvider(
            SelectorProvider.provider(),
            FaultPlan.parse("seed=2 open-emfile=0.5 connect-refused=0.5"));
    InetSocketAddress somewhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    int refused = 0;
    int opened = 0;
    for (int i = 0; i < 400; i++) {
      try (SocketChannel channel = provider.openSocketChannel()) {
        channel.configureBlocking(false);
        opened++;
        channel.connect(somewhere);
        refused += channel.getRemoteAddress() != null && isDoomed(channel) ? 1 : 0;
      } catch (SocketException notOpened) {
        assertEquals("Too many open files", notOpened.getMessage());
      }
    }
    assertTrue(opened > 150 && opened < 250, opened + " of 400 opened");
    assertTrue(refused > opened / 3 && refused < opened * 2 / 3, refused + " of " + opened);
  }

  private static boolean isDoomed(SocketChannel channel) {
    return ((FaultChannel) channel).nanosToRaise() == 0;
  }

  @Test
  void branchesThrowNoneAndDiffer() {
    Dice dice = new Dice(1);
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      assertTrue(seen.add(dice.branch(i).next()));
      assertEquals(dice.branch(i).next(), dice.branch(i).next());
    }
    assertEquals(new Dice(1).next(), dice.next());
    assertNotEquals(new Dice(1).branch(0).next(), dice.branch(0).next());
  }
}
