package dev.millrace.bench.peer;

import static dev.millrace.bench.load.ProtocolName.ECHO;
import static dev.millrace.bench.load.ProtocolName.HTTP;
import static dev.millrace.bench.load.ProtocolName.RESP;
import static java.util.stream.Collectors.joining;

import dev.millrace.bench.load.ProtocolName;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The servers that are measured beside each other, and what each of them can serve. */
public enum Peer {
  /** This project's: an echo as a user writes it, and its examples. */
  MILLRACE(ECHO, HTTP, RESP),
  /** The JVM's floor: a loop by hand, without time-outs. */
  BARE(ECHO),
  /** The floor that others are compared with: the same with a read time-out a connection. */
  BARE_TIMEOUTS(ECHO),
  /** Netty on the JDK's selector. */
  NETTY_NIO(ECHO, HTTP),
  /** Netty on its own native epoll. */
  NETTY_EPOLL(ECHO, HTTP),
  /** ActiveJ. */
  ACTIVEJ(ECHO, HTTP),
  /** No loop at all: a virtual thread a connection, all on one carrier. */
  VIRTUAL_THREADS(ECHO),
  /** The machine's floor: C on epoll, without time-outs. */
  C_EPOLL(ECHO),
  /** HTTP in some twenty classes. */
  MICROHTTP(HTTP),
  /** The Redis protocol's own server, in C; this machine's. */
  REDIS_SERVER(RESP);

  /** What is read at a time, where it can be chosen: the default of Millrace's loop. */
  static final int READ_BUFFER_BYTES = 64 << 10;

  /**
   * Clients that connect all at once must not be turned away: 4,096 is what Linux allows ({@code
   * net.core.somaxconn}) unless it was told otherwise.
   */
  static final int BACKLOG = 4096;

  /** The first JDK in which they are there without asking. */
  private static final int VIRTUAL_THREADS_SINCE = 21;

  /** The first JDK that warns of native access, and of memory access by Unsafe. */
  private static final int WARNS_SINCE = 24;

  /** Never changed, and given out for reading. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Set<ProtocolName> protocols;

  Peer(ProtocolName first, ProtocolName... others) {
    protocols = EnumSet.of(first, others);
  }

  /** How command lines and tables name it: {@code netty-epoll}. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it serves a protocol. */
  public boolean speaks(ProtocolName protocol) {
    return protocols.contains(protocol);
  }

  /** Those that serve a protocol. */
  public static List<Peer> speaking(ProtocolName protocol) {
    return Arrays.stream(values()).filter(peer -> peer.speaks(protocol)).toList();
  }

  /** Those it serves, in their order. */
  public Set<ProtocolName> protocols() {
    return Collections.unmodifiableSet(protocols);
  }

  /** What it is, in which version, and all its settings that are not its own defaults. */
  public String settings(ProtocolName protocol) {
    String settings =
        switch (protocol) {
          case ECHO -> echoSettings();
          case HTTP -> httpSettings();
          case RESP -> respSettings();
        };
    return jvmOptions().isEmpty()
        ? settings
        : settings + "; JVM: " + String.join(" ", jvmOptions());
  }

  private String echoSettings() {
    return switch (this) {
      case MILLRACE -> MillraceEcho.SETTINGS;
      case BARE -> BareEcho.SETTINGS;
      case BARE_TIMEOUTS -> BareTimeoutsEcho.SETTINGS;
      case NETTY_NIO, NETTY_EPOLL -> NettyLoop.settings(this);
      case ACTIVEJ -> ActiveJLoop.settings() + "; " + ActiveJEcho.SETTINGS;
      case VIRTUAL_THREADS -> VirtualThreadsEcho.SETTINGS;
      case C_EPOLL -> EpollEchoProgram.SETTINGS;
      default -> throw doesNotSpeak(ECHO);
    };
  }

  private String httpSettings() {
    return switch (this) {
      case MILLRACE -> MillraceHttp.SETTINGS;
      case NETTY_NIO, NETTY_EPOLL -> NettyLoop.settings(this) + "; " + NettyHttp.SETTINGS;
      case ACTIVEJ -> ActiveJLoop.settings() + "; " + ActiveJHttp.SETTINGS;
      case MICROHTTP -> MicroHttp.SETTINGS;
      default -> throw doesNotSpeak(HTTP);
    };
  }

  private String respSettings() {
    return switch (this) {
      case MILLRACE -> MillraceKv.SETTINGS;
      case REDIS_SERVER -> RedisServer.settings();
      default -> throw doesNotSpeak(RESP);
    };
  }

  private IllegalArgumentException doesNotSpeak(ProtocolName protocol) {
    return new IllegalArgumentException(
        "%s does not serve %s, but %s"
            .formatted(
                title(),
                protocol.title(),
                protocols.stream().map(ProtocolName::title).collect(joining(", "))));
  }

  /** Checks that it serves a protocol. */
  void checkSpeaks(ProtocolName protocol) {
    if (!speaks(protocol)) {
      throw doesNotSpeak(protocol);
    }
  }

  /** Whether it ends a connection that sends nothing. */
  public boolean hasReadTimeout() {
    return this != BARE && this != C_EPOLL;
  }

  /** Whether it runs in a JVM, whose memory can be asked for. */
  public boolean isJava() {
    return this != C_EPOLL && this != REDIS_SERVER;
  }

  /** Why it can't run here, in one clause; empty if it can. */
  public Optional<String> unavailable() {
    return switch (this) {
      case NETTY_EPOLL -> unavailableNettyEpoll(property("os.name"), property("os.arch"));
      case VIRTUAL_THREADS -> unavailableVirtualThreads(Runtime.version().feature());
      case C_EPOLL -> unavailableC(property("os.name"), System.getenv("PATH"));
      case REDIS_SERVER -> unavailableRedis(System.getenv("PATH"));
      default -> Optional.empty();
    };
  }

  /** Told without loading the library: it is for the server's process and not for this one. */
  static Optional<String> unavailableNettyEpoll(String system, String processor) {
    boolean is = system.equals("Linux") && List.of("amd64", "aarch64").contains(processor);
    return is
        ? Optional.empty()
        : Optional.of("it needs Linux on amd64 or aarch64, this is " + system + " on " + processor);
  }

  static Optional<String> unavailableVirtualThreads(int feature) {
    return feature >= VIRTUAL_THREADS_SINCE
        ? Optional.empty()
        : Optional.of("it needs JDK " + VIRTUAL_THREADS_SINCE + " or later, this is " + feature);
  }

  static Optional<String> unavailableC(String system, String path) {
    if (!system.equals("Linux")) {
      return Optional.of("epoll is Linux's, this is " + system);
    }
    return isOnPath(path, EpollEchoProgram.COMPILER)
        ? Optional.empty()
        : Optional.of("no C compiler: there is no '" + EpollEchoProgram.COMPILER + "' on the PATH");
  }

  static Optional<String> unavailableRedis(String path) {
    return isOnPath(path, RedisServer.PROGRAM)
        ? Optional.empty()
        : Optional.of("there is no '" + RedisServer.PROGRAM + "' on the PATH");
  }

  private static boolean isOnPath(String path, String program) {
    return path != null
        && Arrays.stream(path.split(File.pathSeparator))
            .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  /**
   * What its documentation, or a benchmark of its own, gives to the JVM; {@link ServerProcess}
   * gives it. The choice of a garbage collector and of sizes is not in here: that has to be the
   * same for all.
   */
  public List<String> jvmOptions() {
    return jvmOptions(Runtime.version().feature());
  }

  List<String> jvmOptions(int feature) {
    return switch (this) {
      case NETTY_NIO, NETTY_EPOLL -> NettyLoop.jvmOptions(feature >= WARNS_SINCE);
      case ACTIVEJ -> ActiveJLoop.JVM_OPTIONS;
      case VIRTUAL_THREADS -> VirtualThreadsEcho.JVM_OPTIONS;
      default -> List.of();
    };
  }

  /** Where all of them listen: nothing is measured over a network. */
  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /**
   * Starts it in this JVM, which it keeps until the JVM ends.
   *
   * @param protocol what it serves
   * @param port of the loopback address; 0 has one picked
   * @param readTimeout ends a connection that sent nothing for so long; zero for never
   * @return where clients can connect now
   * @throws IOException if it can't listen there
   * @throws IllegalArgumentException if it does not serve that
   */
  InetSocketAddress start(ProtocolName protocol, int port, Duration readTimeout)
      throws IOException {
    checkSpeaks(protocol);
    return switch (protocol) {
      case ECHO -> startEcho(port, readTimeout);
      case HTTP -> startHttp(port, readTimeout);
      case RESP -> startResp(port, readTimeout);
    };
  }

  // Switches and not references to methods: those would load the others' libraries too.

  private InetSocketAddress startEcho(int port, Duration readTimeout) throws IOException {
    return switch (this) {
      case MILLRACE -> MillraceEcho.start(port, readTimeout);
      case BARE -> BareEcho.start(port);
      case BARE_TIMEOUTS -> BareTimeoutsEcho.start(port, readTimeout);
      case NETTY_NIO, NETTY_EPOLL -> NettyEcho.start(this, port, readTimeout);
      case ACTIVEJ -> ActiveJEcho.start(port, readTimeout);
      case VIRTUAL_THREADS -> VirtualThreadsEcho.start(port, readTimeout);
      default -> throw noJava();
    };
  }

  private InetSocketAddress startHttp(int port, Duration readTimeout) throws IOException {
    return switch (this) {
      case MILLRACE -> MillraceHttp.start(port, readTimeout);
      case NETTY_NIO, NETTY_EPOLL -> NettyHttp.start(this, port, readTimeout);
      case ACTIVEJ -> ActiveJHttp.start(port, readTimeout);
      case MICROHTTP -> MicroHttp.start(port, readTimeout);
      default -> throw noJava();
    };
  }

  private InetSocketAddress startResp(int port, Duration readTimeout) throws IOException {
    return switch (this) {
      case MILLRACE -> MillraceKv.start(port, readTimeout);
      default -> throw noJava();
    };
  }

  private IllegalStateException noJava() {
    return new IllegalStateException(title() + " is no Java program");
  }
}
