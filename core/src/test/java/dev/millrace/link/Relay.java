package dev.millrace.link;

import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.SimWorld;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Carries the bytes of connections from one port to another, and cuts the first one where it is
 * told to.
 */
final class Relay {
  /** How a connection is cut. */
  enum Cut {
    /** Both ends get a reset. */
    RESET,
    /** Both ends get a FIN. */
    FIN,
    /** Nothing more is carried, and nobody is told. */
    SILENCE
  }

  static final int TO_SERVER = 0;
  static final int TO_LINK = 1;

  private static final Duration LOOK = Duration.ofMillis(1);

  private final SimWorld world;
  private final SimHost host;
  private final InetSocketAddress target;
  private Cut cut;
  private int direction;
  private long at;

  /** How many bytes the first connection carried, by direction. */
  final long[] carried = new long[2];

  int connections;

  Relay(SimWorld world, SimHost host, InetSocketAddress target) {
    this.world = world;
    this.host = host;
    this.target = target;
    host.listen(9_000, this::arrived);
  }

  InetSocketAddress address() {
    return host.address(9_000);
  }

  /** The first connection is cut when it has carried so many bytes in a direction. */
  Relay cut(Cut how, int inDirection, long atByte) {
    cut = how;
    direction = inDirection;
    at = atByte;
    return this;
  }

  private void arrived(SimPeer fromLink) {
    new Way(fromLink, host.peer().connect(target), connections++ == 0);
  }

  private final class Way {
    private final SimPeer[] ends;
    private final boolean isFirst;
    private boolean isOver;

    Way(SimPeer fromLink, SimPeer toServer, boolean isFirst) {
      this.ends = new SimPeer[] {toServer, fromLink};
      this.isFirst = isFirst;
      fromLink.onReceived(bytes -> carry(TO_SERVER, bytes));
      toServer.onReceived(bytes -> carry(TO_LINK, bytes));
      if (isFirst && cut != null && at == 0) {
        cutNow();
      }
      look();
    }

    private void carry(int to, ByteBuffer bytes) {
      if (isOver) {
        return;
      }
      byte[] all = new byte[bytes.remaining()];
      bytes.get(all);
      if (!isFirst) {
        ends[to].send(all);
        return;
      }
      boolean isCut = cut != null && to == direction && carried[to] + all.length >= at;
      int n = isCut ? (int) (at - carried[to]) : all.length;
      carried[to] += n;
      if (n > 0) {
        ends[to].send(Arrays.copyOf(all, n));
      }
      if (isCut) {
        cutNow();
      }
    }

    private void cutNow() {
      isOver = true;
      for (SimPeer end : ends) {
        switch (cut) {
          case RESET -> end.reset();
          case FIN -> end.close();
          case SILENCE -> {
            // Both stay open.
          }
        }
      }
    }

    /** An end of one side is one of the other. */
    private void look() {
      if (ends[0].isDone() || ends[1].isDone()) {
        for (SimPeer end : ends) {
          end.close();
        }
        return;
      }
      world.schedule(LOOK, this::look);
    }
  }
}
