package dev.millrace.sim;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run of a script of channel and selector calls on one network, and its trace: each step with
 * what came of it. The same script is run on the kernel and on the simulation; nothing is in the
 * trace that may differ between two runs on a kernel, such as ports, localised text, the order of
 * ready keys, or how much a full queue holds.
 *
 * <p>A step is {@code <name>.<call> <arguments>}. Names that begin with {@code S} are selectors,
 * with {@code L} listeners, all others connections; a name comes into being at its first use that
 * opens one. Operations are given by their first letters: {@code r w c a}.
 */
final class NetScript {
  /** What a script runs on. */
  interface Ground {
    SelectorProvider provider();

    long nanoTime();

    /** Called after each step: what was sent by it arrives. */
    void settle(NetScript script) throws IOException;

    /** Waits until one of the operations is ready; false if it never is. */
    boolean await(SelectableChannel channel, int ops) throws IOException;

    /**
     * Whether there is still room after so much was written: the kernel may be about to make it.
     */
    boolean awaitRoom(SelectableChannel channel) throws IOException;
  }

  private static final int PIECE = 65_536;

  /** One more than anything sensible: a fill that takes more than this never ends. */
  private static final long ENDLESS = 1L << 30;

  private static final int PATTERN = 7;

  private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  /** A channel under its name. */
  static final class Handle {
    final String name;
    final SelectableChannel channel;
    InetSocketAddress address;

    /** Those who asked to be connected here, in that order, and were not accepted yet. */
    final ArrayDeque<Handle> asking = new ArrayDeque<>();

    Handle peer;
    long sent;
    long received;
    boolean ended;

    /** From a fill until the other side has read everything. */
    boolean full;

    Handle(String name, SelectableChannel channel) {
      this.name = name;
      this.channel = channel;
    }

    SocketChannel connection() {
      return (SocketChannel) channel;
    }
  }

  private final Ground ground;
  private final Map<String, Handle> handles = new LinkedHashMap<>();
  private final Map<String, Selector> selectors = new LinkedHashMap<>();

  /** Channels whose name was given to another one. */
  private final List<Handle> replaced = new ArrayList<>();

  private NetScript(Ground ground) {
    this.ground = ground;
  }

  /** Runs the steps and returns one line for each: the step, {@code =>}, and the outcome. */
  static List<String> run(Ground ground, List<String> steps) throws IOException {
    NetScript script = new NetScript(ground);
    List<String> trace = new ArrayList<>();
    try {
      for (String step : steps) {
        trace.add(step + " => " + script.outcome(step));
        ground.settle(script);
      }
    } finally {
      script.cleanUp();
    }
    return trace;
  }

  /** The channels that are open, by name. */
  List<Handle> open() {
    List<Handle> open = new ArrayList<>();
    for (Handle handle : handles.values()) {
      if (handle.channel.isOpen()) {
        open.add(handle);
      }
    }
    return open;
  }

  private void cleanUp() throws IOException {
    for (Selector selector : selectors.values()) {
      selector.close();
    }
    replaced.addAll(handles.values());
    for (Handle handle : replaced) {
      if (handle.channel.isOpen() && handle.channel instanceof SocketChannel connection) {
        try {
          // No descriptor and no port in TIME_WAIT is left behind by thousands of scripts.
          connection.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (SocketException e) {
          continue; // not possible in this state; the close below does without
        } finally {
          connection.close();
        }
      }
      handle.channel.close();
    }
  }

  private String outcome(String step) throws IOException {
    int dot = step.indexOf('.');
    String name = step.substring(0, dot);
    String[] words = step.substring(dot + 1).strip().split(" +", -1);
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    try {
      return name.startsWith("S")
          ? onSelector(name, words[0], arguments)
          : onChannel(name, words[0], arguments);
    } catch (SocketException e) {
      return words[0].matches("read.*|scatter|drain") && "Connection reset".equals(e.getMessage())
          ? "SocketException: Connection reset"
          : e.getClass().getSimpleName();
    } catch (IOException | RuntimeException e) {
      return e.getClass().getSimpleName();
    }
  }

  // ---- channels

  private String onChannel(String name, String call, String[] arguments) throws IOException {
    return switch (call) {
      case "open" -> open(name, arguments);
      case "accept" -> accept(name, arguments[0]);
      case "listen" -> listen(name, arguments);
      default ->
          handles.containsKey(name)
              ? onHandle(handles.get(name), call, arguments)
              : "nothing there";
    };
  }

  private String onHandle(Handle handle, String call, String[] arguments) throws IOException {
    return switch (call) {
      case "close" -> {
        handle.ended |= isEndedByClose(handle);
        handle.channel.close();
        yield "done";
      }
      case "register" -> register(handle, arguments);
      case "key" -> key(handle.channel.keyFor(selectors.get(arguments[0])));
      case "interest" -> {
        SelectionKey key = handle.channel.keyFor(selectors.get(arguments[0]));
        yield key == null ? "no key" : names(key.interestOps(ops(arguments, 1)).interestOps());
      }
      case "cancel" -> {
        SelectionKey key = handle.channel.keyFor(selectors.get(arguments[0]));
        if (key == null) {
          yield "no key";
        }
        key.cancel();
        yield "done";
      }
      case "blocking" -> {
        handle.channel.configureBlocking(true);
        handle.channel.configureBlocking(false);
        yield "done";
      }
      case "bind" -> bind(handle, arguments);
      case "state" -> state(handle);
      default ->
          handle.channel instanceof SocketChannel
              ? onConnection(handle, call, arguments)
              : "no connection";
    };
  }

  /** Whether a close tells the other side at once, and not in the next select. */
  private static boolean isEndedByClose(Handle handle) throws IOException {
    return handle.channel instanceof SocketChannel connection
        && connection.isConnected()
        && !(connection.isRegistered()
            && connection.getOption(StandardSocketOptions.SO_LINGER).equals(0));
  }

  private Handle put(String name, SelectableChannel channel) throws IOException {
    channel.configureBlocking(false);
    if (channel instanceof SocketChannel connection) {
      // What is written goes out at once, not after the answer to what went out before.
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    Handle old = handles.get(name);
    Handle handle = new Handle(old == null ? name : old.name + "'", channel);
    handles.put(name, handle);
    if (old != null) {
      replaced.add(old);
    }
    return handle;
  }

  private String open(String name, String[] arguments) throws IOException {
    SelectorProvider provider = ground.provider();
    if (name.startsWith("L")) {
      put(name, provider.openServerSocketChannel(StandardProtocolFamily.INET));
    } else {
      put(
          name,
          arguments.length > 0
              ? provider.openSocketChannel()
              : provider.openSocketChannel(StandardProtocolFamily.INET));
    }
    return "done";
  }

  private String listen(String name, String[] arguments) throws IOException {
    open(name, new String[0]);
    ServerSocketChannel channel = (ServerSocketChannel) handles.get(name).channel;
    int backlog = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), backlog);
    handles.get(name).address = (InetSocketAddress) channel.getLocalAddress();
    return "done";
  }

  private SocketAddress address(String where) throws IOException {
    return switch (where) {
      case "none" -> null;
      case "loopback" -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      case "wildcard" -> new InetSocketAddress(0);
      // TEST-NET-1 of RFC 5737 is nobody's address
      case "foreign" ->
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 0);
      case "ipv6" -> new InetSocketAddress(InetAddress.getByAddress(IPV6_LOOPBACK), 1);
      case "unresolved" -> InetSocketAddress.createUnresolved("nowhere.invalid", 1);
      case "unix" -> UnixDomainSocketAddress.of("/nowhere");
      default -> {
        boolean wild = where.startsWith("*");
        Handle other = handles.get(wild ? where.substring(1) : where);
        if (other == null || other.address == null) {
          throw new IllegalStateException(where + " has no address");
        }
        yield wild ? new InetSocketAddress(other.address.getPort()) : other.address;
      }
    };
  }

  private String bind(Handle handle, String[] arguments) throws IOException {
    SocketAddress address = address(arguments[0]);
    if (handle.channel instanceof ServerSocketChannel server) {
      server.bind(address);
      handle.address = (InetSocketAddress) server.getLocalAddress();
      boolean wild = handle.address.getAddress().isAnyLocalAddress();
      return wild ? "wildcard" : "done";
    }
    handle.connection().bind(address);
    handle.address = (InetSocketAddress) handle.connection().getLocalAddress();
    return "done";
  }

  private String accept(String name, String listener) throws IOException {
    Handle from = handles.get(listener);
    if (from == null) {
      return "nothing there";
    }
    SocketChannel accepted = ((ServerSocketChannel) from.channel).accept();
    if (accepted == null) {
      return "null";
    }
    Handle handle = put(name, accepted);
    Handle peer = from.asking.poll();
    if (peer != null) {
      handle.peer = peer;
      peer.peer = handle;
    }
    return "accepted";
  }

  private String state(Handle handle) throws IOException {
    StringBuilder state = new StringBuilder(handle.channel.isOpen() ? "open" : "closed");
    if (!handle.channel.isOpen() && handle.channel instanceof SocketChannel connection) {
      state.append(connection.isConnected() ? " connected" : "");
      state.append(connection.isConnectionPending() ? " pending" : "");
      return state.append(handle.channel.isRegistered() ? " registered" : "").toString();
    }
    state.append(handle.channel.isRegistered() ? " registered" : "");
    if (handle.channel instanceof SocketChannel connection) {
      state.append(connection.isConnected() ? " connected" : "");
      state.append(connection.isConnectionPending() ? " pending" : "");
      state.append(connection.getLocalAddress() == null ? "" : " local");
      state.append(connection.getRemoteAddress() == null ? "" : " remote");
      state.append(" linger ").append(connection.getOption(StandardSocketOptions.SO_LINGER));
      state.append(connection.getOption(StandardSocketOptions.TCP_NODELAY) ? " nodelay" : "");
      state.append(connection.getOption(StandardSocketOptions.SO_KEEPALIVE) ? " keep" : "");
      state.append(connection.getOption(StandardSocketOptions.SO_REUSEADDR) ? " reuse" : "");
    } else if (handle.channel instanceof ServerSocketChannel server) {
      state.append(server.getLocalAddress() == null ? "" : " bound");
      state.append(server.getOption(StandardSocketOptions.SO_REUSEADDR) ? " reuse" : "");
    }
    return state.toString();
  }

  private String onConnection(Handle handle, String call, String[] arguments) throws IOException {
    SocketChannel channel = handle.connection();
    return switch (call) {
      case "connect" -> {
        boolean connected = channel.connect(address(arguments[0]));
        Handle to = handles.get(arguments[0]);
        if (to != null) {
          to.asking.add(handle);
        }
        yield String.valueOf(connected);
      }
      case "finish" -> String.valueOf(channel.finishConnect());
      case "write" -> {
        ByteBuffer one = pattern(handle, Integer.parseInt(arguments[0]));
        int written = channel.write(one);
        yield written(handle, written);
      }
      case "gather" -> gather(handle, sizes(arguments));
      case "read" -> {
        ByteBuffer target = ByteBuffer.allocate(Integer.parseInt(arguments[0]));
        int n = channel.read(target);
        yield verified(handle, n, target);
      }
      case "scatter" -> scatter(handle, sizes(arguments));
      case "read-only" -> String.valueOf(channel.read(ByteBuffer.allocate(4).asReadOnlyBuffer()));
      case "fill" -> fill(handle);
      case "drain" -> drain(handle);
      case "end-output" -> {
        channel.shutdownOutput();
        handle.ended = true;
        yield "done";
      }
      case "end-input" -> {
        channel.shutdownInput();
        yield "done";
      }
      case "linger" -> {
        channel.setOption(StandardSocketOptions.SO_LINGER, Integer.parseInt(arguments[0]));
        yield "done";
      }
      default -> throw new AssertionError("no such call: " + call);
    };
  }

  private ByteBuffer pattern(Handle handle, int size) {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    BytePattern.fill(bytes, PATTERN, handle.sent, size);
    return bytes.flip();
  }

  private String verified(Handle handle, int n, ByteBuffer target) {
    if (n > 0) {
      int wrong = BytePattern.mismatch(target.flip(), PATTERN, handle.received);
      handle.received += n;
      if (wrong >= 0 || target.remaining() != n) {
        return "other bytes than were sent";
      }
    }
    return String.valueOf(n);
  }

  /** Sizes of buffers; {@code 2000x10} stands for two thousand of ten bytes each. */
  private static int[] sizes(String[] arguments) {
    return Arrays.stream(arguments)
        .flatMapToInt(
            argument -> {
              int x = argument.indexOf('x');
              int[] sizes = new int[x < 0 ? 1 : Integer.parseInt(argument.substring(0, x))];
              Arrays.fill(sizes, Integer.parseInt(argument.substring(x + 1)));
              return Arrays.stream(sizes);
            })
        .toArray();
  }

  private String gather(Handle handle, int[] sizes) throws IOException {
    ByteBuffer all = pattern(handle, Arrays.stream(sizes).sum());
    ByteBuffer[] parts = new ByteBuffer[sizes.length];
    for (int i = 0, at = 0; i < sizes.length; at += sizes[i++]) {
      parts[i] = all.slice(at, sizes[i]);
    }
    long written = handle.connection().write(parts);
    return written(handle, written);
  }

  /** A full queue may have room for a little when a timer of the kernel has shifted something. */
  private static String written(Handle handle, long n) {
    handle.sent += n;
    return handle.full ? "a full queue" : String.valueOf(n);
  }

  private String scatter(Handle handle, int[] sizes) throws IOException {
    ByteBuffer[] parts = new ByteBuffer[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      parts[i] = ByteBuffer.allocate(sizes[i]);
    }
    long n = handle.connection().read(parts);
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(sizes).sum());
    for (ByteBuffer part : parts) {
      all.put(part.flip());
    }
    return verified(handle, (int) n, all);
  }

  /**
   * Writes until nothing is taken any more, not even a byte: a kernel that has no room for a large
   * piece may have some for a small one, behind the last bytes of its queue.
   */
  private String fill(Handle handle) throws IOException {
    SocketChannel channel = handle.connection();
    long before = handle.sent;
    long inRound;
    do {
      inRound = handle.sent;
      for (int piece = PIECE; piece > 0; piece /= 16) {
        for (int n = 1; n > 0; handle.sent += n) {
          n = channel.write(pattern(handle, piece));
        }
      }
      ground.awaitRoom(channel);
    } while (handle.sent > inRound && handle.sent - before < ENDLESS);
    handle.full = true;
    return handle.sent > inRound ? "never full" : "full";
  }

  /** Reads until nothing comes any more, and tells whether it was all that was written. */
  private String drain(Handle handle) throws IOException {
    SocketChannel channel = handle.connection();
    ByteBuffer target = ByteBuffer.allocate(PIECE);
    long before = handle.received;
    String end;
    while (true) {
      int n;
      try {
        n = channel.read(target.clear());
      } catch (SocketException e) {
        end = "SocketException: " + e.getMessage();
        break;
      } catch (IOException e) {
        end = e.getClass().getSimpleName();
        break;
      }
      if (n < 0) {
        end = "-1";
        break;
      }
      if (verified(handle, n, target).startsWith("other")) {
        return "other bytes than were sent";
      }
      // Waiting for what never comes would give a kernel time to shift what is in its queues.
      boolean more = handle.peer != null && (!isComplete(handle) || handle.peer.ended);
      if (n == 0 && !(more && ground.await(channel, SelectionKey.OP_READ))) {
        end = "0";
        break;
      }
    }
    String some = handle.received == before ? "nothing" : "something";
    if (isComplete(handle) && handle.peer != null) {
      handle.peer.full = false;
    }
    return some + ", " + (isComplete(handle) ? "complete" : "not all") + ", " + end;
  }

  private static boolean isComplete(Handle handle) {
    return handle.peer == null || handle.received == handle.peer.sent;
  }

  // ---- selectors and keys

  private String register(Handle handle, String[] arguments) throws IOException {
    Selector selector = selectors.get(arguments[0]);
    if (selector == null) {
      return "nothing there";
    }
    SelectionKey key = handle.channel.register(selector, ops(arguments, 1), handle);
    return key.attachment() == handle ? "done" : "another's key";
  }

  private static String key(SelectionKey key) {
    if (key == null) {
      return "no key";
    }
    if (!key.isValid()) {
      key.attach(key.attachment()); // allowed at any time
      return "invalid " + interest(key) + " " + ready(key);
    }
    return interest(key) + " " + ready(key);
  }

  private static String interest(SelectionKey key) {
    try {
      return "interest " + names(key.interestOps());
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static String ready(SelectionKey key) {
    try {
      return "ready " + names(key.readyOps());
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static int ops(String[] arguments, int at) {
    String letters = at < arguments.length ? arguments[at] : "-";
    return (letters.indexOf('r') < 0 ? 0 : SelectionKey.OP_READ)
        | (letters.indexOf('w') < 0 ? 0 : SelectionKey.OP_WRITE)
        | (letters.indexOf('c') < 0 ? 0 : SelectionKey.OP_CONNECT)
        | (letters.indexOf('a') < 0 ? 0 : SelectionKey.OP_ACCEPT);
  }

  private static String names(int ops) {
    String names =
        ((ops & SelectionKey.OP_READ) == 0 ? "" : "r")
            + ((ops & SelectionKey.OP_WRITE) == 0 ? "" : "w")
            + ((ops & SelectionKey.OP_CONNECT) == 0 ? "" : "c")
            + ((ops & SelectionKey.OP_ACCEPT) == 0 ? "" : "a");
    return names.isEmpty() ? "-" : names;
  }

  private String onSelector(String name, String call, String[] arguments) throws IOException {
    if (call.equals("open")) {
      Selector old = selectors.put(name, ground.provider().openSelector());
      if (old != null) {
        old.close();
      }
      return "done";
    }
    Selector selector = selectors.get(name);
    if (selector == null) {
      return "nothing there";
    }
    return switch (call) {
      // and takes the keys, as programs do
      case "now" -> selected(selector, selector.selectNow(), true);
      // and leaves the keys in the set
      case "leave" -> selected(selector, selector.selectNow(), false);
      case "wait" -> selected(selector, selector.select(Long.parseLong(arguments[0])), true);
      // whether there was anything to return for, in half of the time it has
      case "timed" -> {
        long millis = Long.parseLong(arguments[0]);
        long begin = ground.nanoTime();
        String chosen = selected(selector, selector.select(millis), true);
        boolean slept = ground.nanoTime() - begin > millis * 500_000;
        yield chosen + (slept ? " slept" : " at once");
      }
      case "each" -> {
        Map<String, String> told = new TreeMap<>();
        int count =
            selector.selectNow(
                key ->
                    told.put(
                        named(key),
                        told.containsKey(named(key)) ? "twice" : names(key.readyOps())));
        yield count + " " + told;
      }
      // the first key's action cancels all keys, its own included
      case "cancel-all" -> {
        int[] calls = new int[2];
        int cancelled =
            selector.selectNow(
                key -> {
                  calls[key.isValid() ? 0 : 1]++;
                  selector.keys().forEach(SelectionKey::cancel);
                });
        yield cancelled + " calls " + calls[0] + " valid " + calls[1] + " cancelled";
      }
      // the first key's action takes the interest of all keys
      case "deafen-all" -> {
        int[] deaf = new int[1];
        int deafened =
            selector.selectNow(
                key -> {
                  deaf[0]++;
                  selector.keys().forEach(k -> k.interestOps(0));
                });
        yield deafened + " calls " + deaf[0];
      }
      // the first key's action closes all channels
      case "close-all" -> {
        int[] heard = new int[1];
        int closed =
            selector.selectNow(
                key -> {
                  heard[0]++;
                  selector.keys().forEach(NetScript::closeChannel);
                });
        yield closed + " calls " + heard[0];
      }
      case "nested" ->
          String.valueOf(
              selector.selectNow(
                  key -> {
                    try {
                      selector.selectNow();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
      case "throw" ->
          String.valueOf(
              selector.selectNow(
                  key -> {
                    throw new ArithmeticException("from the consumer");
                  }));
      case "close-inside" ->
          String.valueOf(
              selector.selectNow(
                  key -> {
                    try {
                      selector.close();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
      case "keys" -> String.valueOf(selector.keys().size());
      case "selected" -> String.valueOf(selector.selectedKeys().size());
      case "wakeup" -> {
        selector.wakeup();
        yield "done";
      }
      case "close" -> {
        selector.close();
        yield selector.isOpen() ? "open" : "done";
      }
      default -> throw new AssertionError("no such call: " + call);
    };
  }

  private static void closeChannel(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      throw new AssertionError("a non-blocking channel closes without waiting", e);
    }
  }

  private static String named(SelectionKey key) {
    return ((Handle) key.attachment()).name;
  }

  private static String selected(Selector selector, int count, boolean take) {
    Map<String, String> ready = new TreeMap<>();
    for (SelectionKey key : selector.selectedKeys()) {
      ready.put(named(key), key.isValid() ? names(key.readyOps()) : "cancelled");
    }
    if (take) {
      selector.selectedKeys().clear();
    }
    return count + " " + ready;
  }
}
