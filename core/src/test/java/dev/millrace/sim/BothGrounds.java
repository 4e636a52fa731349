package dev.millrace.sim;

import dev.millrace.fault.FaultPlan;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The same script on the simulation and on the kernel's loopback.
 *
 * <p>The simulation goes first. What it finds ready after each step is what the kernel is waited
 * for after the same step, for a bounded time: loopback delivers within the call that sends, but
 * for the cases in which it leaves that to another thread. If the simulation promised something
 * that the kernel never does, the trace tells.
 */
final class BothGrounds {
  /**
   * Loopback delivers within the call that sends. That shows where a select sends something itself,
   * by deregistering a closed channel, and finds ready what has arrived by that.
   */
  private static final String LOOPBACK = "latency=1:0ms..0ms";

  /**
   * Virtual: all that follows from a step without a time-out, and much shorter than the first retry
   * of a SYN, 1 s.
   */
  private static final long SETTLED_NANOS = 10_000_000;

  /** Real, and only spent where the kernel is late, or the simulation wrong. */
  private static final long PATIENCE_MILLIS = 1_000;

  /** A full queue is full when no acknowledgement has made room within a delayed one's time. */
  private static final long ROOM_MILLIS = 5;

  private static final int STREAM = SelectionKey.OP_READ | SelectionKey.OP_WRITE;

  private BothGrounds() {}

  /** What became of a script. */
  record Traces(List<String> kernel, List<String> simulation) {
    boolean areEqual() {
      return kernel.equals(simulation);
    }

    /** One line a step, with both outcomes where they differ. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < kernel.size(); i++) {
        String real = kernel.get(i);
        text.append("  ").append(real).append('\n');
        if (!simulation.get(i).equals(real)) {
          String outcome = simulation.get(i);
          outcome = outcome.substring(outcome.indexOf("=>"));
          text.append(" ".repeat(8)).append("but simulated ").append(outcome).append('\n');
        }
      }
      return text.toString();
    }
  }

  /** Runs the script on both; the seed is that of the simulated world. */
  static Traces run(List<String> steps, long seed) throws IOException {
    Simulation simulation = new Simulation(seed);
    List<String> simulated = NetScript.run(simulation, steps);
    try (Kernel kernel = new Kernel(simulation.readiness)) {
      return new Traces(NetScript.run(kernel, steps), simulated);
    }
  }

  /** What can be waited for on a channel in its present state. */
  private static int awaitable(SelectableChannel channel) {
    if (channel instanceof SocketChannel connection) {
      return connection.isConnected()
          ? STREAM
          : connection.isConnectionPending() ? SelectionKey.OP_CONNECT : 0;
    }
    return SelectionKey.OP_ACCEPT;
  }

  private static final class Simulation implements NetScript.Ground {
    private final SimWorld world;
    private final SelectorProvider provider;

    /** After each step, by name of the channel. */
    final List<Map<String, Integer>> readiness = new ArrayList<>();

    Simulation(long seed) {
      world = new SimWorld(seed);
      SimHost host = world.host("loopback");
      host.faults(FaultPlan.parse(LOOPBACK));
      provider = host.provider();
    }

    @Override
    public SelectorProvider provider() {
      return provider;
    }

    @Override
    public long nanoTime() {
      return world.nowNanos();
    }

    private void settle() {
      world.advanceAll(world.nowNanos() + SETTLED_NANOS);
    }

    @Override
    public void settle(NetScript script) {
      settle();
      Map<String, Integer> ready = new HashMap<>();
      for (NetScript.Handle handle : script.open()) {
        int ops = poll(handle.channel, awaitable(handle.channel));
        if (ops != 0) {
          ready.put(handle.name, ops);
        }
      }
      readiness.add(ready);
    }

    private static int poll(SelectableChannel channel, int ops) {
      SimSelector.Pollable pollable = (SimSelector.Pollable) channel;
      return pollable.translate(pollable.events(ops), ops);
    }

    @Override
    public boolean await(SelectableChannel channel, int ops) {
      settle();
      return poll(channel, ops) != 0;
    }

    @Override
    public boolean awaitRoom(SelectableChannel channel) {
      return await(channel, SelectionKey.OP_WRITE);
    }
  }

  private static final class Kernel implements NetScript.Ground, AutoCloseable {
    private final List<Map<String, Integer>> expected;
    private final Selector probe;
    private Map<String, Integer> before = Map.of();
    private int step;

    Kernel(List<Map<String, Integer>> expected) throws IOException {
      this.expected = expected;
      this.probe = Selector.open();
    }

    @Override
    public SelectorProvider provider() {
      return SelectorProvider.provider();
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void settle(NetScript script) throws IOException {
      Map<String, Integer> now = expected.get(step++);
      for (NetScript.Handle handle : script.open()) {
        int ops = now.getOrDefault(handle.name, 0) & ~before.getOrDefault(handle.name, 0);
        ops &= awaitable(handle.channel);
        for (int op = Integer.lowestOneBit(ops); op != 0; op = Integer.lowestOneBit(ops)) {
          await(handle.channel, op, PATIENCE_MILLIS);
          ops &= ~op;
        }
      }
      before = now;
    }

    @Override
    public boolean await(SelectableChannel channel, int ops) throws IOException {
      return await(channel, ops, PATIENCE_MILLIS);
    }

    @Override
    public boolean awaitRoom(SelectableChannel channel) throws IOException {
      return await(channel, SelectionKey.OP_WRITE, ROOM_MILLIS);
    }

    private boolean await(SelectableChannel channel, int ops, long millis) throws IOException {
      SelectionKey key = channel.register(probe, ops);
      try {
        return probe.selectNow() > 0 || probe.select(millis) > 0;
      } finally {
        // Out of the way at once: a channel with a key would be closed late.
        key.cancel();
        probe.selectedKeys().clear();
        probe.selectNow();
      }
    }

    @Override
    public void close() throws IOException {
      probe.close();
    }
  }
}
