package dev.millrace.failure;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;

/**
 * Names failures: from what was being done, what is known of the connection, and the exception's
 * class. Its text is asked last, and only whether it is one that {@link FailureTexts} heard from
 * this JVM. The package's description has the table.
 *
 * <p>Immutable; any thread. Every method returns a {@link Failure} that holds the exception given
 * and the operation in the method's name, and throws nothing but a {@code NullPointerException} for
 * a null exception. Where the evidence does not name a kind, it is {@link FailureKind#UNKNOWN} with
 * {@link Certainty#UNKNOWN}.
 *
 * <p>For all operations alike and {@link Certainty#CERTAIN}, by class alone:
 *
 * <ul>
 *   <li>{@code ClosedByInterruptException}: {@link FailureKind#INTERRUPTED}
 *   <li>any other {@code ClosedChannelException} (so {@code AsynchronousCloseException}, which is
 *       what writing after one's own {@code shutdownOutput} gives), {@code
 *       ClosedSelectorException}, {@code CancelledKeyException}: {@link FailureKind#CLOSED_LOCALLY}
 *   <li>{@code UnresolvedAddressException}, {@code UnknownHostException}: {@link
 *       FailureKind#UNRESOLVED}
 *   <li>{@code UnsupportedAddressTypeException}: {@link FailureKind#UNSUPPORTED_ADDRESS}
 * </ul>
 */
public final class Classifier {

  /**
   * No connection attempt times out earlier than this. The kernel repeats its first SYN after 1 s
   * (RFC 6298 section 2.1), cannot be told to do without, and gives up only after waiting for an
   * answer to that. The 100 ms less are for a caller whose clock stands still during a turn of its
   * loop, so that its stamps are a little old.
   */
  private static final long EARLIEST_TIMEOUT_NANOS = 900_000_000L;

  /** Ports from here on need no privilege, unless the system was told otherwise. */
  private static final int FIRST_UNPRIVILEGED_PORT = 1024;

  private final FailureTexts texts;

  /**
   * Makes a classifier, and has it classify once, so that every class its work needs is loaded:
   * when descriptors have run out no class can be, and that is when it is needed.
   *
   * @param texts what this JVM's texts are known to mean; {@link FailureTexts#none()} leaves more
   *     unnamed, and no name wrong
   */
  public Classifier(FailureTexts texts) {
    this.texts = Objects.requireNonNull(texts, "texts");
    rehearse();
  }

  /**
   * Names a failed read. An exception of exactly the class {@code SocketException} is a reset,
   * certainly: it is the one errno that the JDK gives a class of its own there. So a plain {@code
   * IOException} is no reset, whatever its text says.
   *
   * @param t what the read threw
   * @return ECONNRESET and certain; or a kind by text; or unknown
   */
  public Failure read(Throwable t) {
    if (t.getClass() == SocketException.class) {
      return certain(FailureKind.ECONNRESET, Operation.READ, t);
    }
    FailureKind kind = byClass(t);
    if (kind != null) {
      return certain(kind, Operation.READ, t);
    }
    kind = byText(t, Operation.READ);
    return kind == null || kind == FailureKind.ECONNRESET
        ? unknown(Operation.READ, t)
        : byText(kind, Operation.READ, t);
  }

  /**
   * Names a failed write. Every errno is a plain {@code IOException} here, so that only a learned
   * text can tell.
   *
   * @param t what the write threw
   * @param inputEnded whether a read had returned -1 before. Then the kernel says EPIPE for a reset
   *     and never ECONNRESET, so a text that says otherwise is not believed
   * @return EPIPE, ECONNRESET or another kind by text; or unknown
   */
  public Failure write(Throwable t, boolean inputEnded) {
    return output(t, inputEnded, Operation.WRITE);
  }

  /**
   * Names a failed {@code transferTo} to a connection. As {@link #write}; but the file may have
   * failed as well as the connection, and that has no learned text, so it stays unknown. After
   * one's own {@code shutdownOutput} JDK 17 says EPIPE here and JDK 25 throws {@code
   * AsynchronousCloseException}; the caller knows whether that was so.
   *
   * @param t what the transfer threw
   * @param inputEnded as for {@link #write}
   * @return EPIPE, ECONNRESET or another kind by text; or unknown
   */
  public Failure transfer(Throwable t, boolean inputEnded) {
    return output(t, inputEnded, Operation.TRANSFER);
  }

  private Failure output(Throwable t, boolean inputEnded, Operation operation) {
    FailureKind kind = byClass(t);
    if (kind != null) {
      return certain(kind, operation, t);
    }
    kind = byText(t, operation);
    boolean contradictsState = inputEnded && kind == FailureKind.ECONNRESET;
    return kind == null || contradictsState ? unknown(operation, t) : byText(kind, operation, t);
  }

  /**
   * Names a failed {@code connect} or {@code finishConnect}.
   *
   * <p>{@code ConnectException} is refused or timed out. Before 900 ms it is refused, certainly.
   * Later the learned text of a refusal tells: the same text, with an address behind it or not, is
   * a refusal; another one is a time-out. (A third errno, ENOTCONN, has this class too: {@code
   * finishConnect} would say so of a socket that hung up with no error pending. The kernel always
   * leaves one pending when an attempt fails.)
   *
   * @param t what was thrown
   * @param elapsedNanos time from before {@code connect} was called until now. Too much only makes
   *     the answer less certain; too little can make a refusal of a time-out. {@code
   *     Long.MAX_VALUE} if it is not known
   * @return ECONNREFUSED, certain or by text; ETIMEDOUT by text; EHOSTUNREACH,
   *     LOCAL_ADDRESS_OR_POLICY, certain; ENETUNREACH, ECONNRESET by text; or unknown. Of a Unix
   *     domain socket a missing file and a full queue have the same class, and are unknown
   */
  public Failure connect(Throwable t, long elapsedNanos) {
    FailureKind kind = byClass(t);
    if (kind != null) {
      return certain(kind, Operation.CONNECT, t);
    }
    if (t instanceof ConnectException) {
      return refusedOrTimedOut(t, elapsedNanos);
    }
    if (t instanceof NoRouteToHostException) {
      return certain(FailureKind.EHOSTUNREACH, Operation.CONNECT, t);
    }
    if (t instanceof BindException) {
      return certain(FailureKind.LOCAL_ADDRESS_OR_POLICY, Operation.CONNECT, t);
    }
    kind = t instanceof IOException ? texts.matchWithAddress(t.getMessage()) : null;
    if (kind != null && !kind.phases().contains(Operation.CONNECT)) {
      kind = null;
    }
    // Each of these three has a class of its own here, which this exception has not.
    boolean contradictsClass =
        kind == FailureKind.ECONNREFUSED
            || kind == FailureKind.ETIMEDOUT
            || kind == FailureKind.EHOSTUNREACH;
    return kind == null || contradictsClass
        ? unknown(Operation.CONNECT, t)
        : byText(kind, Operation.CONNECT, t);
  }

  private Failure refusedOrTimedOut(Throwable t, long elapsedNanos) {
    if (elapsedNanos >= 0 && elapsedNanos < EARLIEST_TIMEOUT_NANOS) {
      return certain(FailureKind.ECONNREFUSED, Operation.CONNECT, t);
    }
    String text = t.getMessage();
    if (text == null || !texts.isLearned(FailureKind.ECONNREFUSED)) {
      return unknown(Operation.CONNECT, t);
    }
    FailureKind kind = texts.match(text).orElse(null);
    if (kind == FailureKind.ECONNREFUSED || texts.beginsWith(FailureKind.ECONNREFUSED, text)) {
      return byText(FailureKind.ECONNREFUSED, Operation.CONNECT, t);
    }
    // A text that means a third thing is not evidence for the second.
    return kind == null || kind == FailureKind.ETIMEDOUT
        ? byText(FailureKind.ETIMEDOUT, Operation.CONNECT, t)
        : unknown(Operation.CONNECT, t);
  }

  /**
   * Names a failed bind, from a probe that the caller has made. {@link #bind(Throwable,
   * SelectorProvider, SocketAddress)} makes the probe itself and knows the port, and so can say
   * more.
   *
   * @param t what the bind threw
   * @param portZeroBindable whether the same address can be bound with port 0. False only if that
   *     shows that the address is the reason: when the ephemeral ports are used up, port 0 cannot
   *     be bound at any address
   * @return for a {@code BindException}: EADDRNOTAVAIL and certain if not bindable, else EADDRINUSE
   *     by text, else unknown
   */
  public Failure bind(Throwable t, boolean portZeroBindable) {
    FailureKind kind = byClass(t);
    if (kind != null) {
      return certain(kind, Operation.BIND, t);
    }
    if (!(t instanceof BindException)) {
      return unknown(Operation.BIND, t);
    }
    if (!portZeroBindable) {
      return certain(FailureKind.EADDRNOTAVAIL, Operation.BIND, t);
    }
    return texts.match(t.getMessage()).orElse(null) == FailureKind.EADDRINUSE
        ? byText(FailureKind.EADDRINUSE, Operation.BIND, t)
        : unknown(Operation.BIND, t);
  }

  /**
   * Names a failed bind, and tries other binds to find out: binding opens channels, so it is for
   * the thread that starts a server, off the loop. Three errnos become {@code BindException}.
   *
   * <ul>
   *   <li>The same address with port 0 cannot be bound, and the wildcard address with port 0 can:
   *       EADDRNOTAVAIL, certain. (With no ephemeral port left neither can; with no descriptor left
   *       nothing can be opened; neither says anything of the address.)
   *   <li>Else the text is the learned one: EADDRINUSE.
   *   <li>Else the address was seen to be bindable, the port is 1 to 1023, and the text of
   *       EADDRINUSE was learned and is not this one: EACCES is what is left, by text.
   *   <li>Else unknown.
   * </ul>
   *
   * @param t what the bind threw
   * @param provider opens the channels of the probe; all are closed again
   * @param address what was to be bound
   * @return EADDRNOTAVAIL and certain; EADDRINUSE or EACCES by text; or unknown
   */
  public Failure bind(Throwable t, SelectorProvider provider, SocketAddress address) {
    if (!(t instanceof BindException)
        || !(address instanceof InetSocketAddress wanted)
        || wanted.isUnresolved()) {
      return bind(t, true); // there is nothing to try
    }
    Probe same = probe(provider, new InetSocketAddress(wanted.getAddress(), 0));
    if (same == Probe.REFUSED
        && !wanted.getAddress().isAnyLocalAddress()
        && probe(provider, new InetSocketAddress(0)) == Probe.BOUND) {
      return bind(t, false);
    }
    Failure failure = bind(t, true);
    boolean isPrivileged = wanted.getPort() > 0 && wanted.getPort() < FIRST_UNPRIVILEGED_PORT;
    boolean isOnlyPermissionLeft =
        failure.kind() == FailureKind.UNKNOWN
            && same == Probe.BOUND
            && isPrivileged
            && t.getMessage() != null
            && texts.isLearned(FailureKind.EADDRINUSE);
    return isOnlyPermissionLeft ? byText(FailureKind.EACCES, Operation.BIND, t) : failure;
  }

  /** What came of binding somewhere to see. */
  private enum Probe {
    BOUND,
    REFUSED,
    NOT_MADE
  }

  private static Probe probe(SelectorProvider provider, InetSocketAddress address) {
    try (ServerSocketChannel channel = provider.openServerSocketChannel()) {
      channel.bind(address);
      return Probe.BOUND;
    } catch (BindException e) {
      return Probe.REFUSED;
    } catch (IOException | RuntimeException e) {
      return Probe.NOT_MADE;
    }
  }

  /**
   * Names a failed accept. All errnos are a plain {@code IOException}, so that only the state of
   * the process can tell.
   *
   * @param t what accept threw
   * @param descriptorsExhausted whether the caller has seen that no descriptor can be opened
   * @return EMFILE and certain if exhausted; or unknown
   */
  public Failure accept(Throwable t, boolean descriptorsExhausted) {
    FailureKind kind = byClass(t);
    if (kind == null && descriptorsExhausted) {
      kind = FailureKind.EMFILE;
    }
    return kind == null ? unknown(Operation.ACCEPT, t) : certain(kind, Operation.ACCEPT, t);
  }

  /**
   * Names a failed opening of a channel or selector, of which nothing else is known. {@link
   * #open(Throwable, boolean)} can say more.
   *
   * @param t what the opening threw
   * @return unknown, unless the class says that something was closed
   */
  public Failure open(Throwable t) {
    return open(t, false);
  }

  /**
   * Names a failed opening of a channel or selector. It is a {@code SocketException} or an {@code
   * IOException} for a lack of descriptors, of memory, or of the address family alike, and
   * provoking the first to learn its text would disturb the whole process; so that only the state
   * of the process can tell.
   *
   * @param t what the opening threw
   * @param descriptorsExhausted whether the caller has seen that no descriptor of another kind can
   *     be opened either
   * @return EMFILE and certain if exhausted; or unknown, unless the class says that something was
   *     closed
   */
  public Failure open(Throwable t, boolean descriptorsExhausted) {
    FailureKind kind = byClass(t);
    if (kind == null && descriptorsExhausted) {
      kind = FailureKind.EMFILE;
    }
    return kind == null ? unknown(Operation.OPEN, t) : certain(kind, Operation.OPEN, t);
  }

  /** The kind that the class alone decides whatever the operation, or null. */
  private static FailureKind byClass(Throwable t) {
    Objects.requireNonNull(t, "t");
    if (t instanceof ClosedByInterruptException) { // first: it is a ClosedChannelException too
      return FailureKind.INTERRUPTED;
    }
    if (t instanceof ClosedChannelException
        || t instanceof ClosedSelectorException
        || t instanceof CancelledKeyException) {
      return FailureKind.CLOSED_LOCALLY;
    }
    if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
      return FailureKind.UNRESOLVED;
    }
    if (t instanceof UnsupportedAddressTypeException) {
      return FailureKind.UNSUPPORTED_ADDRESS;
    }
    return null;
  }

  /**
   * The kind that the text was learned to mean, or null. Only of an IOException, and only what can
   * happen in that phase.
   */
  private FailureKind byText(Throwable t, Operation operation) {
    if (!(t instanceof IOException)) {
      return null;
    }
    FailureKind kind = texts.match(t.getMessage()).orElse(null);
    return kind != null && kind.phases().contains(operation) ? kind : null;
  }

  private static Failure certain(FailureKind kind, Operation operation, Throwable t) {
    return new Failure(kind, Certainty.CERTAIN, operation, t);
  }

  private static Failure byText(FailureKind kind, Operation operation, Throwable t) {
    return new Failure(kind, Certainty.BY_TEXT, operation, t);
  }

  private static Failure unknown(Operation operation, Throwable t) {
    return new Failure(FailureKind.UNKNOWN, Certainty.UNKNOWN, operation, t);
  }

  /**
   * Goes every way once: the JVM resolves a class where it is first met, not where it is mentioned.
   */
  private void rehearse() {
    Throwable[] sample = {
      new IOException("rehearsal"),
      new SocketException("rehearsal"),
      new ConnectException("rehearsal"),
      new IllegalStateException("rehearsal")
    };
    int length = 0;
    for (Throwable t : sample) {
      length += read(t).toString().length();
      length += write(t, true).toString().length();
      length += connect(t, Long.MAX_VALUE).toString().length();
      length += accept(t, true).kind().advice().length();
      length += bind(t, true).kind().symbol().length();
      length += open(t, true).kind().level().toString().length();
    }
    if (length == 0) { // never; it keeps the calls from looking idle
      throw new IllegalStateException();
    }
  }
}
