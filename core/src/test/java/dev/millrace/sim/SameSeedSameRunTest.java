package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run is told by its seed: to the last line, and to the order of ready keys. */
@Timeout(60)
class SameSeedSameRunTest {
  private static final int CLIENTS = 5;

  /** A run: its fingerprint and its lines. */
  private record Run(long fingerprint, List<String> lines) {}

  private static Run run(long seed) throws Exception {
    SimWorld world = new SimWorld(seed);
    world.keepTrace();
    SimHost host = world.host("server");
    SimHost clients = world.host("clients");
    Server server = new Server(host);
    for (int i = 0; i < CLIENTS; i++) {
      clients.peer().connect(host.address(SimPair.PORT)).sendPattern(i, 3000).shutdownOutput();
    }
    while (server.ended < CLIENTS) {
      server.turn();
    }
    return new Run(world.trace().fingerprint(), world.trace().lines());
  }

  /** Accepts, and reads to the end. */
  private static final class Server {
    final Selector selector;
    final ServerSocketChannel listener;
    final ByteBuffer target = ByteBuffer.allocate(500);
    int ended;

    Server(SimHost host) throws Exception {
      selector = host.provider().openSelector();
      listener = host.provider().openServerSocketChannel();
      listener.bind(host.address(SimPair.PORT)).configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    void turn() throws Exception {
      selector.select(this::ready);
    }

    private void ready(SelectionKey key) {
      try {
        if (key.isAcceptable()) {
          SocketChannel accepted = listener.accept();
          accepted.configureBlocking(false);
          accepted.register(selector, SelectionKey.OP_READ);
        } else if (((SocketChannel) key.channel()).read(target.clear()) < 0) {
          key.channel().close();
          ended++;
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void equalSeedsGiveEqualRuns() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      Run first = run(seed);
      Run second = run(seed);
      assertEquals(first.lines, second.lines, "seed " + seed);
      assertEquals(first.fingerprint, second.fingerprint, "seed " + seed);
    }
  }

  @Test
  void differentSeedsGiveDifferentRuns() throws Exception {
    Set<Long> fingerprints = new HashSet<>();
    for (long seed = 1; seed <= 50; seed++) {
      fingerprints.add(run(seed).fingerprint);
    }
    assertEquals(50, fingerprints.size());
  }

  @Test
  void aWorldThatIsUsedAgainGivesTheSameRun() throws Exception {
    SimPair fresh = SimPair.connected(9);
    long fingerprint = fresh.world.trace().fingerprint();
    fresh.world.reset(10);
    assertNotEquals(fingerprint, fresh.world.trace().fingerprint());
    fresh.world.reset(9);
    SimHost server = fresh.world.host("server");
    SimHost client = fresh.world.host("client");
    ServerSocketChannel listener = server.provider().openServerSocketChannel();
    listener.bind(server.address(SimPair.PORT), 0).configureBlocking(false);
    SocketChannel channel = client.provider().openSocketChannel();
    channel.configureBlocking(false);
    channel.connect(server.address(SimPair.PORT));
    fresh.settle();
    channel.finishConnect();
    listener.accept();
    assertEquals(fingerprint, fresh.world.trace().fingerprint());
  }

  /** The order in which a select hands over three channels that are ready at the same time. */
  private static String orderOfReadyKeys(long seed) throws Exception {
    SimWorld world = new SimWorld(seed);
    SimHost host = world.host("host");
    StringBuilder order = new StringBuilder();
    try (Selector selector = host.provider().openSelector()) {
      for (String name : List.of("a", "b", "c")) {
        SocketChannel channel = host.provider().openSocketChannel();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, name); // never connected: hung up
      }
      selector.selectNow(key -> order.append(key.attachment()));
    }
    return order.toString();
  }

  @Test
  void everyOrderOfReadyKeysIsDrawn() throws Exception {
    Set<String> orders = new HashSet<>();
    for (long seed = 1; seed <= 200; seed++) {
      String order = orderOfReadyKeys(seed);
      assertEquals(order, orderOfReadyKeys(seed), "seed " + seed);
      orders.add(order);
    }
    assertEquals(6, orders.size(), orders.toString());
  }

  @Test
  void closedChannelsAreDeregisteredInTheOrderOfTheirRegistration() throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < 20; round++) {
      SimPair pair = new SimPair(round);
      pair.listener = pair.listen(50);
      List<SocketChannel> channels = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        channels.add(pair.ask());
      }
      pair.settle();
      Selector selector = pair.clientHost.provider().openSelector();
      List<String> registered = new ArrayList<>();
      for (SocketChannel channel : channels) {
        channel.finishConnect();
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.register(selector, SelectionKey.OP_READ);
        registered.add(channel.toString().replaceAll(".*(#[0-9]+) .*", "$1"));
      }
      Collections.shuffle(channels, random);
      for (SocketChannel channel : channels) {
        channel.close();
      }
      pair.world.keepTrace();
      selector.selectNow();
      List<String> resets = new ArrayList<>();
      for (String line : pair.world.trace().lines()) {
        if (line.endsWith(" RST")) {
          resets.add(line.replaceAll(".*(#[0-9]+) .*", "$1"));
        }
      }
      assertEquals(registered, resets);
    }
  }
}
