package dev.millrace.failure;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The texts that this JVM gives to a few errnos, learned by provoking each of them once.
 *
 * <p>Immutable; any thread. {@link #learn} does I/O and belongs where a server starts, never on its
 * loop.
 *
 * <p>A failed write in Java is an {@code IOException} whatever the errno, and its message is the C
 * library's {@code strerror} in the language of the process, so that the text is the only thing
 * that tells a broken pipe from a reset. A table of known texts would be wrong on the next machine.
 * What this very process says is not guessed but heard.
 *
 * <p>Equal texts prove nothing, and in a lossy locale texts become equal: a Japanese message
 * squeezed into ASCII is question marks, as many for a reset as for an address that is not
 * available. Such texts are refused, and what they would have named stays unknown.
 */
public final class FailureTexts {

  private static final FailureTexts NONE = new FailureTexts(new EnumMap<>(FailureKind.class));

  /**
   * The longest that learning waits, all waits together. On the loopback everything has happened
   * when the call returns, and no wait was ever needed; this is for a machine that schedules its
   * network softly.
   */
  private static final long PATIENCE_NANOS = 20_000_000L;

  /** How long one wait is. */
  private static final long NAP_NANOS = 50_000L;

  /** Where no packet is sent the port means nothing; it only must not be 0. */
  private static final int ANY_PORT = 1;

  private final Map<FailureKind, String> texts;

  private FailureTexts(Map<FailureKind, String> texts) {
    this.texts = texts;
  }

  /**
   * Nothing learned: whatever only a text could name is {@link FailureKind#UNKNOWN}.
   *
   * @return texts that match nothing; always the same object
   */
  public static FailureTexts none() {
    return NONE;
  }

  /**
   * Provokes a broken pipe, a reset on write, a refused connection, an address in use and an
   * unreachable network, once each, and remembers what this JVM calls them. Uses a pipe and the
   * loopback, at most three descriptors at a time and none afterwards. In a fresh JVM that took 20
   * to 30 ms, nearly all of it loading classes, and in a warm one a third of a millisecond; no more
   * than 20 ms are waited.
   *
   * <p>What cannot be learned stays unlearned: no loopback, a provider without pipes, no descriptor
   * left, a port snatched away by a stranger.
   *
   * @param provider opens the channels
   * @return what was learned, perhaps nothing; never null, and never an exception for anything that
   *     the provider does
   * @throws NullPointerException if {@code provider} is null
   */
  public static FailureTexts learn(SelectorProvider provider) {
    Objects.requireNonNull(provider, "provider");
    Map<FailureKind, String> heard = new EnumMap<>(FailureKind.class);
    Patience patience = new Patience();
    put(heard, FailureKind.EPIPE, brokenPipe(provider, patience));
    InetSocketAddress address = null;
    try (ServerSocketChannel listener = provider.openServerSocketChannel()) {
      listener.configureBlocking(false);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      address = (InetSocketAddress) listener.getLocalAddress();
      put(heard, FailureKind.EADDRINUSE, addressInUse(provider, address));
      put(heard, FailureKind.ECONNRESET, resetOnWrite(provider, listener, address, patience));
    } catch (Throwable unlearned) {
      // Also Errors: without descriptors no class loads. What has been heard until then is kept.
    }
    if (address != null) {
      put(heard, FailureKind.ECONNREFUSED, refused(provider, address, patience));
    }
    put(heard, FailureKind.ENETUNREACH, networkUnreachable(provider));
    return of(heard);
  }

  /**
   * Keeps those of the texts that can serve as evidence: legible, and different from all the others
   * given. Of two that are equal, neither is kept.
   */
  static FailureTexts of(Map<FailureKind, String> heard) {
    Map<FailureKind, String> kept = new EnumMap<>(FailureKind.class);
    for (Map.Entry<FailureKind, String> one : heard.entrySet()) {
      boolean isEvidence = isLegible(one.getValue());
      for (Map.Entry<FailureKind, String> other : heard.entrySet()) {
        boolean isSameText = Objects.equals(one.getValue(), other.getValue());
        isEvidence &= one.getKey() == other.getKey() || !isSameText;
      }
      if (isEvidence) {
        kept.put(one.getKey(), one.getValue());
      }
    }
    return new FailureTexts(kept);
  }

  /**
   * The kind that was heard with exactly this text.
   *
   * @param text an exception's message, perhaps null
   * @return the kind; empty if the text is null or was not learned
   */
  public Optional<FailureKind> match(String text) {
    if (text != null) {
      for (Map.Entry<FailureKind, String> learned : texts.entrySet()) {
        if (learned.getValue().equals(text)) {
          return Optional.of(learned.getKey());
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Whether this kind's text is known, and so whether a different text is evidence against it.
   *
   * @param kind any kind
   * @return true if it was learned and not rejected
   */
  public boolean isLearned(FailureKind kind) {
    return texts.containsKey(kind);
  }

  /**
   * Whether the text is the learned one of this kind with more behind it, as the JDK adds an
   * address if told to.
   */
  boolean beginsWith(FailureKind kind, String text) {
    String learned = texts.get(kind);
    return learned != null && text.startsWith(learned + ": ");
  }

  /**
   * What was learned, for a log line at the start.
   *
   * @return kinds and texts
   */
  @Override
  public String toString() {
    return "FailureTexts" + texts;
  }

  /** The kind whose text this is, alone or with an address behind it; null if there is none. */
  FailureKind matchWithAddress(String text) {
    FailureKind exact = match(text).orElse(null);
    if (exact == null && text != null) {
      for (FailureKind kind : texts.keySet()) {
        if (beginsWith(kind, text)) {
          return kind;
        }
      }
    }
    return exact;
  }

  /**
   * Whether a text is more than its own ruin. Where the locale's character set cannot hold the
   * language, each character it lacks arrives as a question mark or as U+FFFD. One lost umlaut
   * leaves a text that is still its own; where most of it is lost, other errnos may have the same.
   */
  private static boolean isLegible(String text) {
    if (text == null) {
      return false;
    }
    int lost = 0;
    int letters = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '?' || c == '\uFFFD') {
        lost++;
      } else if (Character.isLetter(c)) {
        letters++;
      }
    }
    return letters > lost;
  }

  private static void put(Map<FailureKind, String> heard, FailureKind kind, String text) {
    if (text != null) {
      heard.put(kind, text);
    }
  }

  /**
   * A pipe and not a socket, for it needs no network; strerror knows no difference.
   *
   * @return the text, or null if it could not be provoked
   */
  private static String brokenPipe(SelectorProvider provider, Patience patience) {
    try {
      Pipe pipe = provider.openPipe();
      try (Pipe.SinkChannel sink = pipe.sink()) {
        pipe.source().close();
        sink.configureBlocking(false);
        return textOfWrite(sink, patience);
      }
    } catch (Throwable unlearned) {
      return null;
    }
  }

  /**
   * A second listener where one is. The first proves that the address is ours and allowed, which
   * leaves one errno of three.
   */
  private static String addressInUse(SelectorProvider provider, InetSocketAddress taken) {
    try (ServerSocketChannel second = provider.openServerSocketChannel()) {
      second.bind(taken);
      return null;
    } catch (BindException inUse) {
      return inUse.getMessage();
    } catch (Throwable unlearned) {
      return null;
    }
  }

  /**
   * A client that resets, and a write to it. A pair of unix domain sockets would not do: a write to
   * a reset one is EPIPE. Only the accepted end whose peer is our own client is written to; on a
   * loopback port a stranger may knock as well.
   */
  private static String resetOnWrite(
      SelectorProvider provider,
      ServerSocketChannel listener,
      InetSocketAddress address,
      Patience patience) {
    try {
      SocketChannel client = provider.openSocketChannel();
      try {
        connect(client, address, patience);
        SocketAddress own = client.getLocalAddress();
        do {
          try (SocketChannel accepted = listener.accept()) {
            if (accepted != null && own.equals(accepted.getRemoteAddress())) {
              accepted.configureBlocking(false);
              client.setOption(StandardSocketOptions.SO_LINGER, 0); // close() sends RST, at once
              client.close();
              return textOfWrite(accepted, patience);
            }
          }
        } while (patience.nap());
        return null;
      } finally {
        client.close();
      }
    } catch (Throwable unlearned) {
      return null;
    }
  }

  /**
   * A connection to where nobody listens any more. The class leaves refused or timed out, and the
   * first time-out takes a second. Not blocking, as the loop's connections are, so that the text
   * comes out of the same JDK code as theirs will.
   */
  private static String refused(
      SelectorProvider provider, InetSocketAddress left, Patience patience) {
    try (SocketChannel client = provider.openSocketChannel()) {
      connect(client, left, patience);
      return null;
    } catch (ConnectException refused) {
      return withoutAddress(refused.getMessage(), left.getPort());
    } catch (Throwable unlearned) {
      return null;
    }
  }

  /**
   * A connection to the loopback network's broadcast address. TCP knows no broadcast, so Linux says
   * that the network is unreachable, whatever routes there are, and sends nothing.
   */
  private static String networkUnreachable(SelectorProvider provider) {
    try (SocketChannel client = provider.openSocketChannel()) {
      client.configureBlocking(false);
      byte[] everybody = {127, (byte) 255, (byte) 255, (byte) 255};
      client.connect(new InetSocketAddress(InetAddress.getByAddress(everybody), ANY_PORT));
      return null;
    } catch (SocketException unreachable) {
      // A subclass would have told by its class; it is not the error that was provoked.
      return unreachable.getClass() == SocketException.class
          ? withoutAddress(unreachable.getMessage(), ANY_PORT)
          : null;
    } catch (Throwable unlearned) {
      return null;
    }
  }

  private static void connect(SocketChannel client, InetSocketAddress address, Patience patience)
      throws IOException {
    client.configureBlocking(false);
    boolean isConnected = client.connect(address) || client.finishConnect();
    while (!isConnected && patience.nap()) {
      isConnected = client.finishConnect();
    }
  }

  /**
   * What a write to a channel that the other side has left says. Accepts that the news may need a
   * moment.
   */
  private static String textOfWrite(WritableByteChannel channel, Patience patience) {
    ByteBuffer one = ByteBuffer.allocate(1);
    try {
      do {
        one.clear();
        channel.write(one);
      } while (patience.nap());
      return null;
    } catch (IOException e) {
      // A subclass would have told by its class; it is not the error that was provoked.
      return e.getClass() == IOException.class ? e.getMessage() : null;
    }
  }

  /**
   * Takes off the address that {@code -Djdk.includeInExceptions=hostInfo} adds: {@code "Connection
   * refused: /127.0.0.1:4711"}.
   */
  private static String withoutAddress(String text, int port) {
    if (text == null || !text.endsWith(":" + port)) {
      return text;
    }
    int end = text.lastIndexOf(": ");
    return end < 0 ? text : text.substring(0, end);
  }

  /**
   * A budget of waiting. It counts time spent in naps and not time on the clock, and after a nap
   * there is always one more try: a machine that takes the processor away for a second does not
   * make it give up.
   */
  private static final class Patience {
    private long leftNanos = PATIENCE_NANOS;

    /** Waits a moment, and returns true; or returns false at once if all has been waited. */
    boolean nap() {
      if (leftNanos <= 0) {
        return false;
      }
      long start = System.nanoTime();
      LockSupport.parkNanos(NAP_NANOS);
      // On an interrupted thread parkNanos returns at once, and must not make this a spin of 20 ms.
      leftNanos -= Math.max(NAP_NANOS, System.nanoTime() - start);
      return true;
    }
  }
}
