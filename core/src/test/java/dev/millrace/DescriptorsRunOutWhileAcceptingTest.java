package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More clients than descriptors: the server neither spins nor ends, and comes back by itself. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class DescriptorsRunOutWhileAcceptingTest {
  private static final int DESCRIPTORS = 120;
  private static final int CLIENTS = 300;

  /** Enough that the back-off has doubled several times: 10 + 20 + ... + 320 ms. */
  private static final int FAILURES = 7;

  private Process child;
  private BufferedReader out;

  @ParameterizedTest
  @ValueSource(strings = {"C", "de_DE.UTF-8"})
  void servesOnAndTellsOnce(String language) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            "ulimit -n " + DESCRIPTORS + " && exec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            EmfileServerChild.class.getName());
    builder.environment().keySet().removeIf(n -> n.startsWith("LC_") || n.startsWith("LANG"));
    builder.environment().put("LC_ALL", language);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    child = builder.start();
    List<Socket> crowd = new ArrayList<>();
    try {
      out = child.inputReader(StandardCharsets.UTF_8);
      PrintStream in = new PrintStream(child.getOutputStream(), true, StandardCharsets.US_ASCII);
      expect("rounds "); // the answer that it gave itself
      int port = Integer.parseInt(expect("port ").split(" ", -1)[1]);
      try (Socket early = client(port)) {
        assertEcho(early);
        for (int i = 0; i < CLIENTS; i++) {
          crowd.add(client(port));
        }
        in.println(FAILURES);
        String[] stats = expect("rounds ").split(" ", -1);
        long rounds = Long.parseLong(stats[1]);
        assertTrue(rounds < 2000, () -> "spun: " + String.join(" ", stats));
        // Those beyond the descriptors are told by a close, one for each failed accept.
        assertNotEquals("0", stats[7], () -> String.join(" ", stats));
        for (int i = 0; i < 20; i++) {
          assertEcho(early);
        }
        for (Socket s : crowd) {
          s.close();
        }
        crowd.clear();
        crowd.add(firstServed(port));
        for (int i = 0; i < 50; i++) {
          Socket s = client(port);
          crowd.add(s);
          assertEcho(s);
        }
        assertEcho(early);
      }
      for (Socket s : crowd) {
        s.close();
      }
      in.println("stop");
      List<String> last = new ArrayList<>();
      for (String l = out.readLine(); l != null && !l.equals("end"); l = out.readLine()) {
        last.add(l);
      }
      assertEquals(1, last.size(), last::toString);
      assertTrue(last.get(0).startsWith("WARN accept failed on 127.0.0.1:"), last::toString);
      assertTrue(last.get(0).contains(" kind=EMFILE certainty=CERTAIN shed="), last::toString);
      assertEquals(0, child.waitFor());
    } finally {
      for (Socket s : crowd) {
        s.close();
      }
      child.destroyForcibly();
    }
  }

  private String expect(String start) throws IOException {
    String line = out.readLine();
    assertTrue(line != null && line.startsWith(start), () -> start + " was not said, but " + line);
    return line;
  }

  private static Socket client(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    return socket;
  }

  /**
   * Who comes right behind the crowd may be shed still, before the server has seen them all go;
   * from the first that is served on, everybody is.
   */
  private static Socket firstServed(int port) throws IOException {
    for (int attempt = 0; attempt < 10_000; attempt++) {
      Socket s = client(port);
      boolean served = false;
      try {
        s.getOutputStream().write(1);
        served = s.getInputStream().read() == 1;
      } catch (SocketException e) {
        served = false; // shed with our byte unread, which is a reset
      } finally {
        if (!served) {
          s.close();
        }
      }
      if (served) {
        return s;
      }
    }
    throw new AssertionError("nobody is served though descriptors are there again");
  }

  private static void assertEcho(Socket s) throws IOException {
    s.getOutputStream().write(new byte[] {1, 2, 3});
    assertEquals(3, s.getInputStream().readNBytes(3).length);
  }
}
