package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.ExampleProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a user starts and ends it. */
@Timeout(120)
class ShowcaseProgramTest {
  private static ExampleProcess serve(String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of("showcase"));
    args.addAll(List.of(options));
    for (String port : new String[] {"--echo-port", "--http-port"}) {
      if (!args.contains(port)) {
        args.addAll(List.of(port, "0"));
      }
    }
    return ExampleProcess.run(args.toArray(new String[0]));
  }

  private static int portOf(String line) {
    return Integer.parseInt(line.replaceFirst("/$", "").replaceFirst(".*:", ""));
  }

  @Test
  void itSaysWhereBothListenAndAtLastWhereThePageIs() throws Exception {
    try (ExampleProcess showcase = serve()) {
      showcase.awaitOut("the page is at ");
      List<String> out = showcase.out();
      assertEquals(3, out.size(), showcase::toString);
      assertTrue(out.get(0).matches("listening on 127\\.0\\.0\\.1:\\d+"), out::toString);
      assertTrue(out.get(1).matches("listening on 127\\.0\\.0\\.1:\\d+"), out::toString);
      assertEquals("the page is at http://127.0.0.1:" + portOf(out.get(1)) + "/", out.get(2));
      try (Socket echo = Shown.connect(portOf(out.get(0)));
          Socket page = Shown.connect(portOf(out.get(1)))) {
        echo.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        assertEquals(
            "hello", new String(echo.getInputStream().readNBytes(5), StandardCharsets.US_ASCII));
        Shown.send(page, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        String answer = new String(page.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(answer.contains("<title>Millrace, live</title>"), answer);
      }
      assertEquals(List.of(), warnings(showcase));
    }
  }

  private static List<String> warnings(ExampleProcess showcase) {
    return showcase.err().stream().filter(line -> !line.contains(" INFO ")).toList();
  }

  @Test
  void aSignalEndsBothAndWhoWatches() throws Exception {
    try (ExampleProcess showcase = serve()) {
      int page = portOf(showcase.awaitOut("the page is at "));
      try (Socket watcher = Shown.connect(page)) {
        Shown.send(watcher, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        InputStream in = watcher.getInputStream();
        assertEquals('H', in.read());
        showcase.terminate();
        String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(all.endsWith("\r\n0\r\n\r\n"), "the stream was cut, and not ended");
      }
      assertEquals(0, showcase.awaitExit(), showcase::toString);
      List<String> out = showcase.out();
      assertEquals(5, out.size(), showcase::toString);
      assertTrue(
          out.get(3)
              .startsWith(
                  "shut down 127.0.0.1:"
                      + portOf(out.get(0))
                      + ": idleClosed=0 drained=0 lingerCut=0 cut=0 unsent=0"),
          out::toString);
      assertTrue(out.get(4).startsWith("shut down 127.0.0.1:" + page + ": "), out::toString);
      assertTrue(out.get(4).contains(" cut=0 unsent=0 "), out::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--echo-port", "--http-port"})
  void aPortThatIsTakenIsOneLine(String option) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExampleProcess showcase = serve(option, Integer.toString(taken.getLocalPort()))) {
      assertEquals(1, showcase.awaitExit(), showcase::toString);
      assertEquals(List.of(), showcase.out());
      List<String> lines = warnings(showcase);
      assertEquals(1, lines.size(), showcase::toString);
      assertTrue(
          lines
              .get(0)
              .startsWith(
                  "showcase: cannot listen on 127.0.0.1:"
                      + taken.getLocalPort()
                      + ": EADDRINUSE: "),
          lines::toString);
    }
  }

  @Test
  void forTheWorldItListensWithAWarning() throws Exception {
    try (ExampleProcess showcase = serve("--host", "0.0.0.0")) {
      String page = showcase.awaitOut("the page is at ");
      assertTrue(page.startsWith("the page is at http://localhost:"), page);
      showcase.awaitErr("the page has no password");
      assertEquals(
          List.of(
              "showcase: the page has no password, and everybody who reaches port "
                  + portOf(page)
                  + " may use it; without --host only this machine may"),
          warnings(showcase));
    }
  }

  /** Asleep without a time-out: there is nothing that could wake them but a client. */
  @Test
  void whileNobodyIsThereNobodyWakesUp() throws Exception {
    try (ExampleProcess showcase = serve()) {
      int page = portOf(showcase.awaitOut("the page is at "));
      try (Socket watcher = Shown.connect(page)) {
        Shown.send(watcher, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        InputStream in = watcher.getInputStream();
        assertEquals('H', in.read());
      }
      // The kernel shows the arguments of the call that a thread is in.
      for (String thread : new String[] {"showcase", "guests"}) {
        Path task = task(showcase, thread);
        String call = Files.readString(task.resolve("syscall"));
        while (!isEndlessEpollWait(call)) {
          Thread.onSpinWait();
          call = Files.readString(task.resolve("syscall"));
        }
      }
    }
  }

  private static Path task(ExampleProcess showcase, String thread) throws Exception {
    try (var tasks = Files.list(Path.of("/proc/" + showcase.pid() + "/task"))) {
      return tasks
          .filter(task -> thread.equals(comm(task)))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no thread is called " + thread));
    }
  }

  private static String comm(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return null; // it has ended meanwhile
    }
  }

  /** {@code epoll_wait(fd, events, n, -1)}, of x86-64 or by its newer name anywhere. */
  private static boolean isEndlessEpollWait(String call) {
    String[] parts = call.strip().split(" ", -1);
    return parts.length > 4
        && List.of("232", "281", "22").contains(parts[0])
        && List.of("0xffffffff", "0xffffffffffffffff").contains(parts[4]);
  }
}
