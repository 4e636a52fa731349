package dev.millrace.guard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What descriptors of this process point to, without what the JVM opens for itself when it likes:
 * jars, its own files, fonts, {@code /proc} and random devices.
 *
 * <p>Sockets, pipes and files are told apart by what the kernel calls them, so that one which was
 * closed in between does not make up for one that was left open. Selectors' epolls and eventfds all
 * have the same name and are counted.
 */
public final class Descriptors {
  private static final Path ALL = Path.of("/proc/self/fd");

  /** How often a table with something in it that should not be there is read again. */
  private static final int MOST_READS = 500;

  private final Map<String, Integer> targets;

  static {
    warmUp();
  }

  private Descriptors(Map<String, Integer> targets) {
    this.targets = targets;
  }

  /** What is open now. */
  public static Descriptors now() {
    Map<String, Integer> targets = new HashMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(ALL)) {
      for (Path each : all) {
        String target = target(each);
        if (target != null && !isOfTheJvm(target)) {
          targets.merge(target, 1, Integer::sum);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Descriptors(targets);
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return null; // closed since the table was read
    }
  }

  private static boolean isOfTheJvm(String target) {
    return target.endsWith(".jar")
        || target.endsWith(".ttf") // Java 2D keeps the fonts it has drawn with open.
        || target.endsWith(".ttc")
        || target.endsWith(".otf")
        || target.startsWith(System.getProperty("java.home"))
        || target.startsWith("/proc/")
        || target.startsWith("/sys/")
        || target.equals("/dev/random")
        || target.equals("/dev/urandom");
  }

  /**
   * The first of each kind costs the JDK one that it keeps for ever (JDK 17 holds a socket that it
   * puts in the place of one which is being closed): so they are opened before anything is counted.
   */
  private static void warmUp() {
    try {
      Selector.open().close();
      SocketChannel.open().close();
      ServerSocketChannel.open().close();
      new ServerSocket().close();
      Pipe pipe = Pipe.open();
      pipe.sink().close();
      pipe.source().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many there are. */
  public int count() {
    return targets.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many there are of those whose target begins like this, as {@code socket:} does. */
  public int count(String kind) {
    return targets.entrySet().stream()
        .filter(e -> e.getKey().startsWith(kind))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /**
   * What is open now and was not when this was taken; empty if nothing is.
   *
   * <p>Some are closed by threads of the JDK, as the pipes of a child that has ended are. So the
   * table is read again, up to a bound, while there is something; nothing waits for a time. The
   * garbage collector is not asked: what only it would close, the test has leaked.
   */
  Map<String, Integer> leakedSince() {
    Map<String, Integer> leaked = Map.of();
    for (int reads = 0; reads < MOST_READS; reads++) {
      leaked = now().minus(this);
      if (leaked.isEmpty()) {
        return leaked;
      }
    }
    return leaked;
  }

  private Map<String, Integer> minus(Descriptors before) {
    Map<String, Integer> more = new HashMap<>();
    targets.forEach(
        (target, n) -> {
          int surplus = n - before.targets.getOrDefault(target, 0);
          if (surplus > 0) {
            more.put(target, surplus);
          }
        });
    return more;
  }

  /** As if these had been there before. */
  void forgive(Map<String, Integer> leaked) {
    leaked.forEach((target, n) -> targets.merge(target, n, Integer::sum));
  }

  static List<String> names(Map<String, Integer> leaked) {
    return leaked.entrySet().stream()
        .map(e -> e.getValue() == 1 ? e.getKey() : e.getValue() + " × " + e.getKey())
        .sorted()
        .toList();
  }
}
