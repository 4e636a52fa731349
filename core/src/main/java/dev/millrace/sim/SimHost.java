package dev.millrace.sim;

import dev.millrace.fault.FaultPlan;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A machine of the simulated network: an address, a process with descriptors, and the provider that
 * programs on it open their channels with. For the world's thread.
 */
public final class SimHost {
  /** Smaller than a kernel's, so that full queues are met without megabytes. */
  private static final int DEFAULT_BUFFER = 16_384;

  /** More than a trial has peers. */
  private static final int PEER_BACKLOG = 1_024;

  /** Linux's own default range begins here (ip_local_port_range). */
  private static final int FIRST_PORT = 32_768;

  private static final int PORTS = 28_232;

  /** How IPv6 addresses begin in this network; it has no others, and no ::1. */
  private static final byte UNIQUE_LOCAL = (byte) 0xFD;

  private final SimWorld world;
  private final String name;
  private final InetAddress address;
  private final SimProvider provider;
  private final List<Listening> listening = new ArrayList<>();

  /** Sockets that hold a port without listening or before they are connected; hardly ever any. */
  private final List<Endpoint> bound = new ArrayList<>();

  private FaultPlan plan = FaultPlan.none();
  private int sendBuffer = DEFAULT_BUFFER;
  private int receiveBuffer = DEFAULT_BUFFER;
  private int selectsToFail;
  private int selectsToReturn;
  private int descriptors;
  private int descriptorLimit = Integer.MAX_VALUE;
  private int port;
  private int cuts;

  SimHost(SimWorld world, String name, int number, boolean isSix) {
    this.world = world;
    this.name = name;
    byte high = (byte) (number >> 8);
    byte low = (byte) number;
    try {
      // Of the ranges for private networks (RFC 1918, RFC 4193).
      byte[] four = {10, 0, high, low};
      byte[] six = {UNIQUE_LOCAL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low};
      this.address = InetAddress.getByAddress(isSix ? six : four);
    } catch (UnknownHostException e) {
      throw new AssertionError("four or sixteen bytes are an address", e);
    }
    this.provider = new SimProvider(this);
    this.port = world.dice().below(PORTS);
  }

  /**
   * What programs on this host open their selectors and channels with.
   *
   * @return always the same one
   */
  public SelectorProvider provider() {
    return provider;
  }

  /**
   * An address on this host, to listen on or to connect to.
   *
   * @param port 0 to 65,535
   * @return this host's address with that port
   */
  public InetSocketAddress address(int port) {
    return new InetSocketAddress(address, port);
  }

  /**
   * Puts this host under test: faults of this plan happen to channels of its provider, and to the
   * paths of their connections. Holds for what is opened from now on.
   *
   * @param plan which faults; its seed is not used, the world's is
   */
  public void faults(FaultPlan plan) {
    this.plan = Objects.requireNonNull(plan, "plan");
  }

  /**
   * Limits the descriptors of the process on this host. A socket is one, a selector two.
   *
   * @param limit at the most so many are open; beyond it opening and accepting fail as at EMFILE
   */
  public void descriptorLimit(int limit) {
    this.descriptorLimit = limit;
  }

  /**
   * Sets the sizes of the kernel's queues for sockets that are opened or accepted from now on.
   *
   * @param sendBytes written and not acknowledged, at the most; 1 or more
   * @param receiveBytes arrived or under way and not read, at the most; 1 or more
   * @throws IllegalArgumentException if a size is below 1
   */
  public void buffers(int sendBytes, int receiveBytes) {
    if (sendBytes < 1 || receiveBytes < 1) {
      throw new IllegalArgumentException(
          "buffers: " + sendBytes + " and " + receiveBytes + " bytes, allowed is 1 or more");
    }
    this.sendBuffer = sendBytes;
    this.receiveBuffer = receiveBytes;
  }

  /**
   * Breaks the selectors on this host for a while.
   *
   * @param fail so many selects from now on throw
   * @param returnEarly so many after those return at once, with nothing ready
   */
  public void breakSelects(int fail, int returnEarly) {
    this.selectsToFail = fail;
    this.selectsToReturn = returnEarly;
  }

  /**
   * How many descriptors are open.
   *
   * @return 0 or more; 0 when everything was closed
   */
  public int openDescriptors() {
    return descriptors;
  }

  /**
   * A peer on this host: a TCP endpoint that follows a script, without any channel.
   *
   * @return a new one, not connected
   */
  public SimPeer peer() {
    return new SimPeer(this);
  }

  /**
   * Peers that wait for connections on this host.
   *
   * @param port where, not listened on yet
   * @param script told of each peer whose connection was made, to write its script
   * @throws IllegalStateException if the port is taken
   */
  public void listen(int port, Consumer<SimPeer> script) {
    Listening made;
    try {
      made = bind(address(port), PEER_BACKLOG);
    } catch (Endpoint.Failed e) {
      throw new IllegalStateException(name + ": port " + port + " is taken: " + e.errno, e);
    }
    made.watch(
        () -> {
          for (Endpoint accepted; (accepted = made.accept()) != null; ) {
            SimPeer peer = new SimPeer(this, accepted);
            script.accept(peer);
            peer.changed();
          }
        });
  }

  /**
   * Nothing arrives here or leaves any more, until {@link #reconnect}; what is sent meanwhile
   * waits, but for attempts to connect to this host, which are lost and repeated. Cut off twice, it
   * takes two to reconnect it, or {@link SimWorld#heal}.
   */
  public void disconnect() {
    cuts++;
    world.pathsOf(this, Path::silence);
  }

  /** What was under way arrives now, in order. */
  public void reconnect() {
    cuts = Math.max(0, cuts - 1);
    world.pathsOf(this, Path::speak);
  }

  /** The name that was given. */
  @Override
  public String toString() {
    return name;
  }

  // ---- the kernel's side

  /** Whether this select has to fail. */
  boolean takeFailingSelect() {
    return selectsToFail > 0 && selectsToFail-- > 0;
  }

  /** Whether this select has to return at once. */
  boolean takeEarlySelect() {
    return selectsToReturn > 0 && selectsToReturn-- > 0;
  }

  SimWorld world() {
    return world;
  }

  FaultPlan plan() {
    return plan;
  }

  /** How often it was cut off, and not reconnected. */
  int cuts() {
    return cuts;
  }

  /** All cuts are over; the paths are told by the world. */
  void heal() {
    plan = FaultPlan.none();
    cuts = 0;
  }

  boolean isUnderTest() {
    return provider.isUsed();
  }

  int sendBuffer() {
    return sendBuffer;
  }

  int receiveBuffer() {
    return receiveBuffer;
  }

  /** The wildcard, of IPv4 whatever the JVM prefers. */
  static InetSocketAddress anyAddress() {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /** An address that a channel of this network can use; it refuses others as the JDK does. */
  static InetSocketAddress checked(SocketAddress address) {
    Objects.requireNonNull(address, "address");
    if (!(address instanceof InetSocketAddress inet)) {
      throw new UnsupportedAddressTypeException();
    }
    if (inet.isUnresolved()) {
      throw new UnresolvedAddressException();
    }
    if (inet.getAddress() instanceof Inet6Address six && six.getAddress()[0] != UNIQUE_LOCAL) {
      throw new UnsupportedAddressTypeException(); // as on a channel that was opened for IPv4
    }
    return inet;
  }

  boolean hasAddress(InetAddress asked) {
    return asked.equals(address) || asked.isLoopbackAddress();
  }

  InetAddress addressTowards(InetSocketAddress to) {
    return to.getAddress().isLoopbackAddress() ? to.getAddress() : address;
  }

  int nextPort() {
    do {
      port = (port + 1) % PORTS;
    } while (isTaken(null, FIRST_PORT + port));
    return FIRST_PORT + port;
  }

  /** Whether a port is taken at an address; null and the wildcard stand for all addresses. */
  private boolean isTaken(InetAddress wanted, int wantedPort) {
    for (Listening other : listening) {
      if (overlap(other.address, wanted, wantedPort)) {
        return true;
      }
    }
    for (Endpoint other : bound) {
      if (overlap(other.local(), wanted, wantedPort)) {
        return true;
      }
    }
    return false;
  }

  private static boolean overlap(InetSocketAddress taken, InetAddress wanted, int wantedPort) {
    return taken.getPort() == wantedPort
        && (wanted == null
            || wanted.isAnyLocalAddress()
            || taken.getAddress().isAnyLocalAddress()
            || taken.getAddress().equals(wanted));
  }

  /** Takes so many descriptors; false if there are not so many left. */
  boolean take(int count) {
    if (descriptors + count > descriptorLimit) {
      return false;
    }
    descriptors += count;
    return true;
  }

  void give(int count) {
    descriptors -= count;
  }

  /** The address that a socket is bound to when it asks for this one, or why it can't be. */
  InetSocketAddress claim(InetSocketAddress asked) throws Endpoint.Failed {
    InetAddress wanted = asked.getAddress();
    if (!wanted.isAnyLocalAddress() && !hasAddress(wanted)) {
      throw new Endpoint.Failed(Errno.EADDRNOTAVAIL);
    }
    int wantedPort = asked.getPort() == 0 ? nextPort() : asked.getPort();
    if (isTaken(wanted, wantedPort)) {
      throw new Endpoint.Failed(Errno.EADDRINUSE);
    }
    return new InetSocketAddress(wanted, wantedPort);
  }

  /** Listens, or says why not. */
  Listening bind(InetSocketAddress asked, int backlog) throws Endpoint.Failed {
    Listening made = new Listening(this, claim(asked), backlog);
    listening.add(made);
    return made;
  }

  void bound(Endpoint endpoint) {
    bound.add(endpoint);
  }

  void unbind(Endpoint gone) {
    bound.remove(gone);
  }

  void unbind(Listening gone) {
    listening.remove(gone);
  }

  Listening listenerAt(InetSocketAddress to) {
    for (Listening candidate : listening) {
      InetAddress at = candidate.address.getAddress();
      if (candidate.address.getPort() == to.getPort()
          && (at.isAnyLocalAddress() || at.equals(to.getAddress()))) {
        return candidate;
      }
    }
    return null;
  }
}
