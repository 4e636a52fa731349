package dev.millrace.bench.peer;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The echo servers that are measured beside each other. */
public enum Peer {
  /** This project's, as a user writes an echo. */
  MILLRACE,
  /** The JVM's floor: a loop by hand, without time-outs. */
  BARE,
  /** The floor that others are compared with: the same with a read time-out a connection. */
  BARE_TIMEOUTS,
  /** Netty on the JDK's selector. */
  NETTY_NIO,
  /** Netty on its own native epoll. */
  NETTY_EPOLL,
  /** ActiveJ. */
  ACTIVEJ,
  /** No loop at all: a virtual thread a connection, all on one carrier. */
  VIRTUAL_THREADS,
  /** The machine's floor: C on epoll, without time-outs. */
  C_EPOLL;

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

  /** How command lines and tables name it: {@code netty-epoll}. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What it is, in which version, and all its settings that are not its own defaults. */
  public String settings() {
    return switch (this) {
      case MILLRACE -> MillraceEcho.SETTINGS;
      case BARE -> BareEcho.SETTINGS;
      case BARE_TIMEOUTS -> BareTimeoutsEcho.SETTINGS;
      case NETTY_NIO -> NettyEcho.settings("NioIoHandler", jvmOptions());
      case NETTY_EPOLL -> NettyEcho.settings("EpollIoHandler", jvmOptions());
      case ACTIVEJ -> ActiveJEcho.settings(jvmOptions());
      case VIRTUAL_THREADS -> VirtualThreadsEcho.settings(jvmOptions());
      case C_EPOLL -> EpollEchoProgram.SETTINGS;
    };
  }

  /** Whether it ends a connection that sends nothing. */
  public boolean hasReadTimeout() {
    return this != BARE && this != C_EPOLL;
  }

  /** Whether it runs in a JVM, whose memory can be asked for. */
  public boolean isJava() {
    return this != C_EPOLL;
  }

  /** Why it can't run here, in one clause; empty if it can. */
  public Optional<String> unavailable() {
    return switch (this) {
      case NETTY_EPOLL -> unavailableNettyEpoll(property("os.name"), property("os.arch"));
      case VIRTUAL_THREADS -> unavailableVirtualThreads(Runtime.version().feature());
      case C_EPOLL -> unavailableC(property("os.name"), System.getenv("PATH"));
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
    boolean has =
        path != null
            && Arrays.stream(path.split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, EpollEchoProgram.COMPILER)));
    return has
        ? Optional.empty()
        : Optional.of("no C compiler: there is no '" + EpollEchoProgram.COMPILER + "' on the PATH");
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
      case NETTY_NIO, NETTY_EPOLL -> NettyEcho.jvmOptions(feature >= WARNS_SINCE);
      case ACTIVEJ -> ActiveJEcho.JVM_OPTIONS;
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
   * @param port of the loopback address; 0 has one picked
   * @param readTimeout ends a connection that sent nothing for so long; zero for never
   * @return where clients can connect now
   * @throws IOException if it can't listen there
   */
  InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    // A switch and not references to methods: those would load the others' libraries too.
    return switch (this) {
      case MILLRACE -> MillraceEcho.start(port, readTimeout);
      case BARE -> BareEcho.start(port);
      case BARE_TIMEOUTS -> BareTimeoutsEcho.start(port, readTimeout);
      case NETTY_NIO -> NettyEcho.startNio(port, readTimeout);
      case NETTY_EPOLL -> NettyEcho.startEpoll(port, readTimeout);
      case ACTIVEJ -> ActiveJEcho.start(port, readTimeout);
      case VIRTUAL_THREADS -> VirtualThreadsEcho.start(port, readTimeout);
      case C_EPOLL -> throw new IllegalStateException("it is no Java program");
    };
  }
}
