package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.ExampleProcess;
import dev.millrace.examples.OutsideProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients that come with Redis, against the program as a user starts it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RealClientsTest {
  private static ExampleProcess kv;

  @BeforeAll
  static void start() throws IOException {
    OutsideProgram.require("redis-cli", "redis-benchmark");
    kv = ExampleProcess.serveProgram("kv");
  }

  @AfterAll
  static void stop() {
    if (kv != null) {
      kv.close();
    }
  }

  @Test
  void oneCommandOnTheCommandLine() throws Exception {
    assertEquals(List.of("OK"), cli("", "SET", "cli:key", "a value"));
    assertEquals(List.of("a value"), cli("", "GET", "cli:key"));
    assertEquals(List.of(""), cli("", "GET", "cli:nothing"));
    assertEquals(List.of("OK"), cli("the last argument", "-x", "SET", "cli:x"));
    assertEquals(List.of("17"), cli("", "STRLEN", "cli:x"));
    assertEquals(List.of("ERR wrong number of arguments for 'get' command", ""), cli("", "GET"));
  }

  @Test
  void resp3() throws Exception {
    List<String> config = cli("", "-3", "CONFIG", "GET", "save");
    assertEquals("save", config.get(0).trim());
    assertTrue(cli("", "-3", "INFO", "server").contains("redis_mode:standalone"));
    assertTrue(cli("", "-3", "CLIENT", "INFO").get(0).endsWith(" resp=3"));
  }

  @Test
  void aSessionOnStandardInput() throws Exception {
    List<String> lines =
        cli(
            "MULTIPLY\nSET 'session key' \"a\\tb\"\nGET 'session key'\nINCR n\nINCR n\nHELLO 3\nQUIT\n");
    assertTrue(lines.get(0).startsWith("ERR unknown command 'MULTIPLY'"), lines::toString);
    assertTrue(lines.containsAll(List.of("OK", "a\tb", "1", "2", "proto 3")), lines::toString);
  }

  @Test
  void thousandsOfCommandsByPipe() throws Exception {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      commands.append("*3\r\n$3\r\nSET\r\n");
      for (String arg : List.of("pipe:" + i, "v" + i)) {
        commands.append("$" + arg.length() + "\r\n" + arg + "\r\n");
      }
    }
    List<String> said = cli(commands.toString(), "--pipe");
    assertTrue(said.contains("errors: 0, replies: 20000"), said::toString);
    assertEquals(List.of("v19999"), cli("", "GET", "pipe:19999"));
    assertEquals(20_000, cli("", "--scan", "--pattern", "pipe:*").stream().distinct().count());
  }

  @Test
  void aSubscriberGetsWhatIsPublished() throws Exception {
    Process subscriber =
        process("redis-cli", "-p", port(), "SUBSCRIBE", "cli:channel", "cli:other").start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(subscriber.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      while (lines.size() < 6) { // it writes a reply when that is there
        lines.add(out.readLine());
      }
      assertEquals(List.of("subscribe", "cli:channel", "1", "subscribe", "cli:other", "2"), lines);
      assertEquals(List.of("1"), cli("", "PUBLISH", "cli:channel", "news"));
      lines.clear();
      while (lines.size() < 3) {
        lines.add(out.readLine());
      }
      assertEquals(List.of("message", "cli:channel", "news"), lines);
    } finally {
      subscriber.destroyForcibly().waitFor();
    }
  }

  @Test
  void benchmarkWithoutErrors() throws Exception {
    benchmark("-n", "20000", "-t", "ping,set,get,incr,mset");
  }

  @Test
  void benchmarkWithPipelines() throws Exception {
    benchmark("-n", "20000", "-P", "16", "-t", "ping,set,get,incr,mset");
    benchmark("-n", "20000", "-P", "16", "-3", "-r", "1000", "-d", "1000", "-t", "set,get");
  }

  private static void benchmark(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("redis-benchmark", "-q", "-p", port()));
    command.addAll(List.of(options));
    String said = String.join("\n", run("", command.toArray(new String[0])));
    int tests = 0;
    for (String line : said.lines().toList()) {
      assertTrue(!line.toLowerCase(Locale.ROOT).contains("error"), said);
      assertTrue(!line.startsWith("WARNING"), said);
      tests += line.contains("requests per second") ? 1 : 0;
    }
    assertEquals(options[options.length - 1].contains("mset") ? 6 : 2, tests, said); // PING twice
  }

  private static String port() {
    return Integer.toString(kv.port());
  }

  private static List<String> cli(String input, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", port()));
    command.addAll(List.of(args));
    return run(input, command.toArray(new String[0]));
  }

  private static ProcessBuilder process(String... command) {
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /**
   * Runs it to its end; its exit code must be 0. Few bytes in, few bytes out, or it would stick.
   */
  private static List<String> run(String input, String... command) throws Exception {
    Process process = process(command).start();
    try {
      Thread writer = new Thread(() -> write(process, input), "input");
      writer.start();
      List<String> lines =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "does not end");
      writer.join();
      return lines;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static void write(Process process, String input) {
    try (OutputStream out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // It ended without having read all; what it said will tell.
    }
  }
}
