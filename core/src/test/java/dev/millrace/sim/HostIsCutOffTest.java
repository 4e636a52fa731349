package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultPlan;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While a host is cut off nothing arrives and nobody is told; afterwards all of it, in order. */
@Timeout(60)
class HostIsCutOffTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void whatWasSentMeanwhileArrivesAfterwards() throws Exception {
    for (int which = 0; which < 2; which++) {
      SimPair pair = SimPair.connected(which);
      SimHost host = which == 0 ? pair.serverHost : pair.clientHost;
      pair.client.write(SimPair.pattern(0, 10)); // under way when the line is cut
      host.disconnect();
      for (int i = 1; i <= 9; i++) {
        pair.client.write(SimPair.pattern(10L * i, 10));
        pair.pass(Duration.ofSeconds(1));
      }
      pair.client.shutdownOutput();
      pair.pass(HOUR);
      assertEquals(0, SimPair.read(pair.accepted, 0, 1_000));
      host.reconnect();
      pair.settle();
      assertEquals(100, SimPair.read(pair.accepted, 0, 1_000));
      assertEquals(-1, SimPair.read(pair.accepted, 100, 1_000));
    }
  }

  @Test
  void aResetIsNotHeardEither() throws Exception {
    SimPair pair = SimPair.connected(2);
    pair.serverHost.disconnect();
    pair.client.setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.client.close();
    pair.pass(HOUR);
    assertEquals(0, SimPair.read(pair.accepted, 0, 10));
    pair.serverHost.reconnect();
    pair.settle();
    assertThrows(IOException.class, () -> SimPair.read(pair.accepted, 0, 10));
  }

  @Test
  void cutOffTwiceItTakesTwoReconnects() throws Exception {
    SimPair pair = SimPair.connected(3);
    pair.serverHost.disconnect();
    pair.clientHost.disconnect();
    pair.client.write(SimPair.pattern(0, 10));
    pair.serverHost.reconnect();
    pair.settle();
    assertEquals(0, SimPair.read(pair.accepted, 0, 10));
    pair.clientHost.reconnect();
    pair.settle();
    assertEquals(10, SimPair.read(pair.accepted, 0, 10));
  }

  @Test
  void healingReconnects() throws Exception {
    SimPair pair = SimPair.connected(4);
    pair.serverHost.disconnect();
    pair.client.write(SimPair.pattern(0, 10));
    pair.settle();
    pair.world.heal();
    pair.settle();
    assertEquals(10, SimPair.read(pair.accepted, 0, 10));
  }

  @Test
  void aPartitionThatWasDrawnBeforeHealingIsOver() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      SimPair pair = new SimPair(seed);
      pair.clientHost.faults(FaultPlan.parse("partition=1:2s..10s"));
      pair.connect(); // the partition begins within a second
      pair.world.heal();
      pair.pass(Duration.ofMillis(1_500));
      pair.client.write(SimPair.pattern(0, 10));
      pair.settle();
      assertEquals(10, SimPair.read(pair.accepted, 0, 10), "seed " + seed + " fell silent");
      pair.serverHost.disconnect();
      pair.client.write(SimPair.pattern(10, 10));
      pair.pass(Duration.ofSeconds(20));
      assertEquals(0, SimPair.read(pair.accepted, 10, 10), "seed " + seed + " ended another cut");
    }
  }

  @Test
  void aConnectThatBeginsMeanwhileWaitsForARetry() throws Exception {
    for (int which = 0; which < 2; which++) {
      SimPair pair = new SimPair(5);
      SimHost host = which == 0 ? pair.serverHost : pair.clientHost;
      pair.listener = pair.listen(0);
      host.disconnect();
      SocketChannel channel = pair.ask();
      pair.pass(Duration.ofMillis(2_500));
      assertFalse(channel.finishConnect(), host + " is cut off");
      assertNull(pair.listener.accept());
      host.reconnect();
      pair.pass(Duration.ofSeconds(1));
      assertTrue(channel.finishConnect(), host + " is back");
    }
  }

  @Test
  void aConnectThatBeginsMeanwhileIsMadeAfterHealing() throws Exception {
    SimPair pair = new SimPair(6);
    pair.listener = pair.listen(0);
    pair.serverHost.disconnect();
    pair.clientHost.disconnect();
    SocketChannel channel = pair.ask();
    pair.pass(Duration.ofMillis(500));
    pair.world.heal();
    pair.pass(Duration.ofSeconds(1));
    assertTrue(channel.finishConnect());
    pair.serverHost.disconnect();
    channel.write(SimPair.pattern(0, 10));
    pair.pass(HOUR);
    SocketChannel accepted = pair.listener.accept();
    accepted.configureBlocking(false);
    assertEquals(0, SimPair.read(accepted, 0, 10), "one cut after healing is one cut");
    pair.serverHost.reconnect();
    pair.settle();
    assertEquals(10, SimPair.read(accepted, 0, 10));
  }
}
