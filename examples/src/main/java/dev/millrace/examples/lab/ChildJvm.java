package dev.millrace.examples.lab;

import ch.qos.logback.core.Context;
import dev.millrace.Server;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * A JVM of our own kind, for what this one can't do: be in another network, have fewer descriptors,
 * speak another language.
 *
 * <p>It has the class path of this one, wherever that came from. It is killed when its time is up,
 * and it ends by itself when we do: its standard input is a pipe of ours, and {@link
 * #endWithParent} waits for its end.
 */
final class ChildJvm {
  private ChildJvm() {}

  /** What became of it: the exit code, and all that it said on both streams. */
  record End(int exit, String said) {
    /** The last line it said, or that it said nothing. */
    String lastWords() {
      List<String> lines = said.lines().filter(line -> !line.isBlank()).toList();
      return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }
  }

  /**
   * Runs it and waits for its end.
   *
   * @param prefix a command that executes the command behind it, or nothing
   * @param javaHome whose java
   * @param locale for LC_ALL, or null to leave all as it is
   * @param patience after which it is killed
   * @param main the class
   * @param args its arguments
   * @throws IOException if it can't be started, or was killed
   */
  static End run(
      List<String> prefix,
      Path javaHome,
      String locale,
      Duration patience,
      Class<?> main,
      List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(javaHome.resolve("bin").resolve("java").toString());
    // Small and quickly there: the lab starts a dozen of them.
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    // Else the compiler looks now and then how much memory there is, in a file: that takes the last
    // descriptor from where it is counted on.
    command.add("-XX:-UseDynamicNumberOfCompilerThreads");
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath()), main.getName()));
    command.addAll(args);
    try (Temporary said = Temporary.file(".said")) {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectErrorStream(true).redirectOutput(said.path().toFile());
      Map<String, String> environment = builder.environment();
      environment.remove("JAVA_TOOL_OPTIONS"); // a JVM says so when it picks these up
      environment.remove("JDK_JAVA_OPTIONS");
      if (locale != null) {
        environment.put("LC_ALL", locale);
        environment.remove("LANGUAGE"); // gettext(3) would take it before LC_ALL
      }
      return await(builder.start(), patience, said.path());
    }
  }

  private static End await(Process child, Duration patience, Path said) throws IOException {
    boolean interrupted = false;
    try {
      if (child.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return new End(child.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      child.destroyForcibly();
      closeStreams(child);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throw new IOException(
        interrupted
            ? "interrupted while a child JVM ran"
            : "a child JVM did not end within " + patience.toSeconds() + " s");
  }

  private static void closeStreams(Process child) throws IOException {
    child.getOutputStream().close();
    child.getInputStream().close();
    child.getErrorStream().close();
  }

  /** In a child: ends this JVM, whatever it is doing, when the one that started it is gone. */
  static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException e) {
                // as good as the end
              }
              Runtime.getRuntime().halt(1);
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
  }

  /** Where the classes that are needed were loaded from: a jar with everything, or many places. */
  static Set<String> classPath() {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> one :
        List.of(
            ChildJvm.class,
            Server.class,
            LoggerFactory.class,
            ch.qos.logback.classic.LoggerContext.class,
            Context.class,
            CommandLine.class)) {
      places.add(pathOf(one.getProtectionDomain().getCodeSource().getLocation()));
    }
    String texts = "Advice_en.properties";
    URL resource = ChildJvm.class.getResource(texts);
    if (resource != null && resource.getProtocol().equals("file")) {
      // Some tools keep resources apart from classes.
      Path root = Path.of(pathOf(resource));
      int depth = ChildJvm.class.getPackageName().split("\\.").length + 1;
      for (int i = 0; i < depth; i++) {
        root = root.getParent();
      }
      places.add(root.toString());
    }
    return places;
  }

  private static String pathOf(URL place) {
    try {
      return Path.of(place.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("not a path: " + place, e);
    }
  }

  /** The home of the JDK that runs this. */
  static Path ownHome() {
    return Path.of(System.getProperty("java.home"));
  }
}
