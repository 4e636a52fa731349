package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.examples.ExampleProcess;
import dev.millrace.examples.OutsideProgram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as a user runs it. */
@Timeout(90)
class ProxyProgramTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no.such.invalid:80 | --to: 'no.such.invalid' is not known to the resolver
          0.0.0.0:7100       | is the address that this proxy listens on; it would call itself
          """)
  void aWrongTargetIsToldInOneLine(String to, String expected) throws Exception {
    try (ExampleProcess process = ExampleProcess.run("proxy", "--to", to)) {
      assertEquals(2, process.awaitExit(), process::toString);
      assertTrue(process.err().get(0).startsWith("proxy: "), process::toString);
      assertTrue(process.err().get(0).contains(expected), process::toString);
      assertEquals(List.of(), process.out());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          localhost               | 'localhost' has no port; write HOST:PORT
          :80                     | ':80' has no host; write HOST:PORT
          []:80                   | '[]:80' has no host; write HOST:PORT
          [::1]                   | '[::1]' has no port; write HOST:PORT
          ::1:80                  | '::1:80' is ambiguous; write an IPv6 address in brackets, [::1]:80
          127.0.0.1:0             | '127.0.0.1:0': port is '0', allowed is 1 to 65535
          127.0.0.1:65536         | '127.0.0.1:65536': port is '65536', allowed is 1 to 65535
          127.0.0.1:+80           | '127.0.0.1:+80': port is '+80', allowed is 1 to 65535
          127.0.0.1:80,           | '' has no port; write HOST:PORT
          127.0.0.1:8,127.0.0.1:8 | '127.0.0.1:8' is there twice
          """)
  void whatIsWrongWithATargetIsSaid(String to, String expected) {
    assertEquals(
        expected,
        assertThrows(IllegalArgumentException.class, () -> ProxySettings.parseTargets(to))
            .getMessage());
  }

  @Test
  void targetsAreReadInOrder() {
    assertEquals(
        List.of("/127.0.0.1:80", "/[0:0:0:0:0:0:0:1]:81"),
        ProxySettings.parseTargets("127.0.0.1:80, [::1]:81").stream()
            .map(InetSocketAddress::toString)
            .toList());
  }

  @Test
  void withoutATargetThereIsNothingToDo() throws Exception {
    try (ExampleProcess process = ExampleProcess.run("proxy")) {
      assertEquals(2, process.awaitExit(), process::toString);
      assertTrue(process.err().get(0).contains("'--to="), process::toString);
    }
  }

  @Test
  void atItsEndItSaysWhatBecameOfEachTarget() throws Exception {
    int nobody;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = listener.getLocalPort();
    }
    try (ExampleProcess echo = ExampleProcess.serveProgram("echo")) {
      String to = "127.0.0.1:" + nobody + ",localhost:" + echo.port();
      try (ExampleProcess proxy = ExampleProcess.serveProgram("proxy", "--to", to, "--verbose")) {
        dev.millrace.guard.LogGuard.expect(
            org.slf4j.event.Level.WARN, "target down target=127.0.0.1:" + nobody);
        try (Socket client = proxy.connect()) {
          client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
          client.shutdownOutput();
          assertEquals(
              "hello",
              new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        }
        proxy.awaitErr("target conn=", "kind=ECONNREFUSED");
        proxy.awaitErr("client conn=", "in=5 out=5 unsent=0");
        proxy.terminate();
        assertEquals(0, proxy.awaitExit(), proxy::toString);
        List<String> out = proxy.out();
        assertEquals(
            List.of(
                "target 127.0.0.1:" + nobody + " state=DOWN connected=0 failed=1 timesDown=1",
                "target localhost:" + echo.port() + " state=UP connected=1 failed=0 timesDown=0"),
            out.subList(out.size() - 2, out.size()));
      }
    }
  }

  @Test
  void curlThroughIt(@TempDir Path place) throws Exception {
    OutsideProgram.require("curl");
    byte[] body = new byte[3_000_000];
    new Random(1).nextBytes(body);
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
    try (ExampleProcess proxy =
        ExampleProcess.serveProgram("proxy", "--to", "127.0.0.1:" + http.getAddress().getPort())) {
      Path file = place.resolve("got");
      String url = "http://127.0.0.1:" + proxy.port() + "/";
      Process curl =
          new ProcessBuilder(
                  "curl", "-sS", "--fail", "--max-time", "60", "-o", file.toString(), url, url)
              .inheritIO()
              .redirectOutput(place.resolve("second").toFile())
              .start();
      assertTrue(curl.waitFor(80, TimeUnit.SECONDS));
      assertEquals(0, curl.exitValue());
      assertArrayEquals(body, Files.readAllBytes(file));
      assertArrayEquals(body, Files.readAllBytes(place.resolve("second")));
    } finally {
      http.stop(0);
    }
  }
}
