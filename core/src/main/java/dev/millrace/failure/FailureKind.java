package dev.millrace.failure;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.event.Level;

/**
 * What can go wrong: a closed list. The constants named after an errno are that errno, as the
 * kernel reported it; the others are findings for which no errno exists, most of them Millrace's
 * own deadlines and limits.
 *
 * <p>Immutable; any thread. The properties are advice for logs, alerts and retries. Nothing in
 * Millrace decides by them whether a connection lives: after any failed read or write it does not.
 */
public enum FailureKind {
  /** An orderly end: nothing failed. */
  NONE(
      Fault.NOBODY,
      false,
      Level.DEBUG,
      "Nothing failed: the connection ended in good order.",
      Operation.NONE),

  /**
   * Writing to a peer that has gone. On Linux this, and never {@link #ECONNRESET}, is what a write
   * gets when the peer's FIN came before its reset: {@code tcp_reset} picks the errno by state, and
   * in CLOSE_WAIT it is EPIPE. Each one costs a SIGPIPE too, which the JVM ignores.
   */
  EPIPE(
      Fault.PEER,
      true,
      Level.DEBUG,
      "The peer closed before it had everything; usual for clients that lose interest, nothing to do.",
      Operation.WRITE,
      Operation.TRANSFER),

  /**
   * The peer, or a middlebox in its name, sent a reset (RFC 9293 section 3.5.2). Out of {@code
   * finishConnect} it means that the peer accepted and reset before we looked.
   */
  ECONNRESET(
      Fault.PEER,
      true,
      Level.DEBUG,
      "The peer reset the connection: it crashed, aborted, or closed with our bytes unread; usual, nothing to do.",
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER,
      Operation.CONNECT),

  /** The kernel gave up: no answer to its SYN, its keep-alive probes, or its retransmissions. */
  ETIMEDOUT(
      Fault.NETWORK,
      true,
      Level.DEBUG,
      "The peer stopped answering and the kernel gave up; look at the path if many peers vanish at once.",
      Operation.CONNECT,
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER),

  /** A router said so, a route says so, or nobody answered for the address on the last link. */
  EHOSTUNREACH(
      Fault.NETWORK,
      true,
      Level.INFO,
      "A router or a local route says that the peer's host cannot be reached; check the address, routes and firewalls.",
      Operation.CONNECT,
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER),

  /**
   * There is no route, or the interface it would need is down. Also what connecting to a broadcast
   * or multicast address gives.
   */
  ENETUNREACH(
      Fault.NETWORK,
      true,
      Level.INFO,
      "There is no route to the peer's network; check this machine's interfaces and routes.",
      Operation.CONNECT,
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER),

  /** A reset, or an ICMP "port unreachable", in answer to our SYN. */
  ECONNREFUSED(
      Fault.PEER,
      true,
      Level.INFO,
      "Nobody listens on that port of the peer, or a firewall refuses for it; check the port and that the service runs.",
      Operation.CONNECT),

  /** Somebody else has the local address and port. */
  EADDRINUSE(
      Fault.US,
      true,
      Level.ERROR,
      "Another socket has that local address and port; find its owner (ss -ltnp) or take another port.",
      Operation.BIND),

  /** The local address is none of this machine's. */
  EADDRNOTAVAIL(
      Fault.US,
      false,
      Level.ERROR,
      "That local address belongs to no interface of this machine; correct the address to bind.",
      Operation.BIND),

  /** Binding was forbidden: as a rule a port below 1024 without the right to it. */
  EACCES(
      Fault.US,
      false,
      Level.ERROR,
      "This process may not bind that port; take one above 1023 or grant CAP_NET_BIND_SERVICE.",
      Operation.BIND),

  /**
   * No file descriptor is left. Per process; stands for ENFILE, the whole machine's, too, for Java
   * cannot tell them apart.
   */
  EMFILE(
      Fault.RESOURCES,
      true,
      Level.WARN,
      "No file descriptor is left; raise the hard limit (ulimit -Hn) or lower the connection cap.",
      Operation.OPEN,
      Operation.ACCEPT),

  /** An address that holds a name and no number. */
  UNRESOLVED(
      Fault.US,
      false,
      Level.WARN,
      "The name was not resolved to an address; resolve it before use, off the loop, and check the name.",
      Operation.RESOLVE,
      Operation.CONNECT,
      Operation.BIND),

  /** An address of a family that this channel does not speak. */
  UNSUPPORTED_ADDRESS(
      Fault.US,
      false,
      Level.WARN,
      "The address is of a family this channel does not speak, such as IPv6 on an IPv4 channel; use one that fits.",
      Operation.CONNECT,
      Operation.BIND),

  /**
   * Connected to ourselves: the kernel picked the very port we were connecting to, and TCP's
   * simultaneous open (RFC 9293 section 3.5) did the rest. It happens when a service on an
   * ephemeral port is down, and one would read one's own bytes.
   */
  SELF_CONNECT(
      Fault.NOBODY,
      true,
      Level.INFO,
      "The connection met itself, so nobody listens there; try again, and give services ports outside the ephemeral range.",
      Operation.CONNECT),

  /**
   * A {@code BindException} out of connect: the class says that the local side is at fault, not
   * which of three errnos it was.
   */
  LOCAL_ADDRESS_OR_POLICY(
      Fault.RESOURCES,
      true,
      Level.WARN,
      "No local port is left for the connection, or a local route forbids it; check ip_local_port_range and 'ip route'.",
      Operation.CONNECT),

  /** Our own deadline for a connection attempt passed. */
  CONNECT_TIMEOUT(
      Fault.NETWORK,
      true,
      Level.INFO,
      "The peer did not answer the connection attempt in the time allowed; check address and firewall, or allow more.",
      Operation.CONNECT,
      Operation.TIMER),

  /** The channel was used after we closed it, or after we ended its output. */
  CLOSED_LOCALLY(
      Fault.US,
      false,
      Level.DEBUG,
      "The channel was closed on this side while in use: our own shutdown, or a bug if nothing was shutting down.",
      Operation.OPEN,
      Operation.BIND,
      Operation.ACCEPT,
      Operation.CONNECT,
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER,
      Operation.CLOSE),

  /**
   * The thread was interrupted in a call that closes its channel when that happens: a blocking one,
   * or a file's.
   */
  INTERRUPTED(
      Fault.US,
      true,
      Level.WARN,
      "The thread was interrupted, which closes the channel it is using; stop a loop by its own method, not by interrupt.",
      Operation.OPEN,
      Operation.BIND,
      Operation.ACCEPT,
      Operation.CONNECT,
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER,
      Operation.CLOSE),

  /** A file region reached past the file's end when its turn came. */
  FILE_TRUNCATED(
      Fault.US,
      false,
      Level.WARN,
      "The file became shorter while it was being sent; replace files by renaming, do not rewrite them in place.",
      Operation.TRANSFER),

  /** A callback threw. */
  HANDLER_FAILED(
      Fault.US,
      false,
      Level.ERROR,
      "A callback of the application threw; the stack trace says where, and the loop goes on.",
      Operation.HANDLER),

  /** Nothing came for too long. */
  READ_IDLE(
      Fault.PEER,
      true,
      Level.DEBUG,
      "The peer sent nothing for the idle time-out; usual for kept connections, nothing to do.",
      Operation.TIMER),

  /** Bytes are waiting and the kernel takes none. */
  WRITE_STALL(
      Fault.PEER,
      true,
      Level.INFO,
      "The peer took none of the waiting bytes for the stall time-out; it hangs or is unreachable.",
      Operation.TIMER),

  /** We closed, and for too long the kernel took nothing of what was queued. */
  DRAIN_TIMEOUT(
      Fault.PEER,
      true,
      Level.INFO,
      "The peer took nothing of what was queued at close for too long, so the rest was lost; allow more if it matters.",
      Operation.TIMER,
      Operation.CLOSE),

  /** We sent our FIN, and the peer's did not come in time. */
  LINGER_TIMEOUT(
      Fault.PEER,
      false,
      Level.DEBUG,
      "The peer did not close in time after our FIN; everything was sent, nothing to do.",
      Operation.TIMER,
      Operation.CLOSE),

  /** While lingering more input had to be discarded than is allowed. */
  LINGER_LIMIT(
      Fault.PEER,
      false,
      Level.INFO,
      "The peer went on sending after we closed and passed the amount we discard; it may have lost our last bytes.",
      Operation.READ,
      Operation.CLOSE),

  /** A connection's time was up. */
  LIFETIME(
      Fault.NOBODY,
      true,
      Level.DEBUG,
      "The connection reached its longest lifetime and was closed as configured; the peer may connect again.",
      Operation.TIMER),

  /** Reading was paused for too long; with no interest in reading, a reset is not noticed. */
  PAUSED_TIMEOUT(
      Fault.US,
      false,
      Level.WARN,
      "The handler kept reading paused for too long, deaf to the peer's departure; resume it, or allow more time.",
      Operation.TIMER),

  /** The peer ended its half and the handler neither wrote nor closed. */
  HALF_CLOSED_TIMEOUT(
      Fault.US,
      false,
      Level.INFO,
      "The peer had ended its half and the handler left ours open, unused; close when the input has ended.",
      Operation.TIMER),

  /** The handler's own deadline. */
  DEADLINE(
      Fault.UNKNOWN,
      true,
      Level.INFO,
      "A deadline that the handler had set passed; who was late is for the handler to say.",
      Operation.TIMER),

  /** The kept, unconsumed input reached its limit. */
  MESSAGE_TOO_LARGE(
      Fault.PEER,
      false,
      Level.INFO,
      "The input the handler left unconsumed reached maxKeptBytes; raise it if such messages are legitimate.",
      Operation.READ),

  /** All connections of the loop together hold too many bytes, queued or kept. */
  LOOP_BUDGET(
      Fault.RESOURCES,
      true,
      Level.WARN,
      "The loop's queued output or kept input passed its budget and this connection held most; slow down, or raise it.",
      Operation.READ,
      Operation.WRITE,
      Operation.TIMER),

  /** Ready again and again, and nothing comes of it. */
  SPIN(
      Fault.UNKNOWN,
      true,
      Level.WARN,
      "The channel was ready again and again without progress; likely a bug here, in the JDK or in the kernel: report it.",
      Operation.READ,
      Operation.WRITE,
      Operation.ACCEPT),

  /** The server's shutdown deadline passed. */
  SHUTDOWN_DEADLINE(
      Fault.US,
      true,
      Level.INFO,
      "The shutdown's deadline passed before this connection had ended, so it was cut; allow more if it matters.",
      Operation.CLOSE,
      Operation.TIMER),

  /** The loop stopped under the connection. */
  LOOP_STOPPED(
      Fault.US,
      true,
      Level.INFO,
      "The event loop stopped, and its connections with it; shut servers down before their loop.",
      Operation.CLOSE),

  /** {@code abort()} was called. */
  ABORTED(
      Fault.US,
      false,
      Level.DEBUG,
      "This side aborted the connection with a reset, as asked.",
      Operation.CLOSE),

  /** As many connections as allowed. */
  CONNECTION_CAP(
      Fault.RESOURCES,
      true,
      Level.INFO,
      "The server has as many connections as it may; raise the cap if memory and descriptors allow.",
      Operation.ACCEPT),

  /** As many connections from one address as allowed. */
  ADDRESS_CAP(
      Fault.PEER,
      true,
      Level.INFO,
      "That address has as many connections as one address may; raise the cap if many users share it (NAT, a proxy).",
      Operation.ACCEPT),

  /**
   * A failure that the evidence does not name. The raw exception in the {@link Failure} is all
   * there is.
   */
  UNKNOWN(
      Fault.UNKNOWN,
      false,
      Level.INFO,
      "The failure could not be named; the raw exception beside this line is all that is known.",
      Operation.RESOLVE,
      Operation.OPEN,
      Operation.BIND,
      Operation.ACCEPT,
      Operation.CONNECT,
      Operation.READ,
      Operation.WRITE,
      Operation.TRANSFER,
      Operation.CLOSE,
      Operation.HANDLER,
      Operation.TIMER,
      Operation.NONE);

  private final Fault fault;
  private final boolean retryable;
  private final Level level;
  private final String advice;

  @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, and nobody else has what is under it
  private final Set<Operation> phases;

  FailureKind(
      Fault fault,
      boolean retryable,
      Level level,
      String advice,
      Operation first,
      Operation... others) {
    this.fault = fault;
    this.retryable = retryable;
    this.level = level;
    this.advice = advice;
    this.phases = Collections.unmodifiableSet(EnumSet.of(first, others));
  }

  /**
   * The symbol for logs and metrics: the errno's ({@code "EPIPE"}), or for a kind without an errno
   * its own name. The same in every locale, unlike the text of the exception.
   *
   * @return the symbol; never null
   */
  public String symbol() {
    return name();
  }

  /**
   * The operations that can end this way. A text that names a kind in another phase is not
   * believed.
   *
   * @return an unmodifiable set; never empty
   */
  public Set<Operation> phases() {
    return phases;
  }

  /**
   * Whose doing it is, as far as the kind alone tells.
   *
   * @return whose; {@link Fault#UNKNOWN} if the kind does not tell, never null
   */
  public Fault fault() {
    return fault;
  }

  /**
   * Whether doing the same again, with a new channel and after a pause, may succeed though nobody
   * changed anything.
   *
   * @return true if a retry makes sense; false if it would fail again, is not known to help, or has
   *     nothing to repeat
   */
  public boolean isRetryable() {
    return retryable;
  }

  /**
   * The level that a log line of one such event deserves. A peer's departure is everyday and so
   * {@link Level#DEBUG}: a server that reports each at WARN teaches its operators to look away.
   *
   * @return the level; never null
   */
  public Level level() {
    return level;
  }

  /**
   * What happened and what to do about it, in English.
   *
   * @return one line, ending with a full stop; never null
   */
  public String advice() {
    return advice;
  }
}
