package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.OutsideProgram;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that others wrote, and that know nothing of us. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RealClientsTest {
  private static final int PATIENCE_SECONDS = 60;
  private static final int FILE_BYTES = 3_000_000;

  @TempDir private Path root;
  private byte[] content;
  private Served served;

  @BeforeEach
  void serve() throws Exception {
    content = new byte[FILE_BYTES];
    new Random(1).nextBytes(content);
    Files.write(root.resolve("file.bin"), content);
    served = new Served(HttpSettings.defaults().withRoot(root).withMaxBodyBytes(2L * FILE_BYTES));
  }

  @AfterEach
  void end() {
    served.close();
  }

  /** Runs a program to its end, which has to be a good one, and gives back what it printed. */
  private static byte[] run(String... command) throws Exception {
    OutsideProgram.require(command[0]);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    CompletableFuture<byte[]> output =
        CompletableFuture.supplyAsync(
            () -> {
              try (InputStream in = process.getInputStream()) {
                return in.readAllBytes();
              } catch (IOException e) {
                return e.toString().getBytes(StandardCharsets.UTF_8);
              }
            });
    try {
      byte[] printed = output.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue(), () -> new String(printed, StandardCharsets.UTF_8));
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String text(byte[] printed) {
    return new String(printed, StandardCharsets.ISO_8859_1);
  }

  private byte[] curl(String path, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30"));
    command.addAll(Arrays.asList(options));
    command.add(served.uri(path));
    return run(command.toArray(new String[0]));
  }

  @Test
  void curlGetsAndAsksForHeads() throws Exception {
    assertEquals("Hello, World!\n", text(curl("/")));
    assertEquals("Hello, World!\n", text(curl("/", "--http1.0")));
    assertTrue(text(curl("/file.bin", "--head")).contains("Content-Length: " + FILE_BYTES));
    assertEquals(5_000_000, curl("/bytes/5000000").length);
    assertEquals("waited 20 ms\n", text(curl("/slow/20")));
  }

  @Test
  void curlGetsAFileAndPartsOfIt() throws Exception {
    assertArrayEquals(content, curl("/file.bin"));
    assertArrayEquals(
        Arrays.copyOfRange(content, 7, 1_000_000), curl("/file.bin", "-r", "7-999999"));
    assertArrayEquals(
        Arrays.copyOfRange(content, FILE_BYTES - 9, FILE_BYTES), curl("/file.bin", "-r", "-9"));
    String several = text(curl("/file.bin", "-r", "0-9,100-199"));
    assertTrue(several.contains("Content-Range: bytes 100-199/" + FILE_BYTES), several);
  }

  @Test
  void curlGoesOnWithADownload() throws Exception {
    Path target = root.resolve("part");
    Files.write(target, Arrays.copyOf(content, 1_000_000));
    curl("/file.bin", "-C", "-", "-o", target.toString());
    assertArrayEquals(content, Files.readAllBytes(target));
  }

  @Test
  void curlDoesNotGetWhatItHas() throws Exception {
    Path tag = root.resolve("tag");
    // Else it is fresh, and weak.
    Files.setLastModifiedTime(root.resolve("file.bin"), FileTime.fromMillis(1_000_000));
    curl("/file.bin", "--etag-save", tag.toString(), "-o", root.resolve("a").toString());
    assertEquals(0, curl("/file.bin", "--etag-compare", tag.toString()).length);
    assertEquals(0, curl("/file.bin", "-z", root.resolve("a").toString()).length);
  }

  @Test
  void curlWaitsToBeToldToGoOnAndGetsItAllBack() throws Exception {
    String file = root.resolve("file.bin").toString();
    String[] options = {"-X", "POST", "-H", "Expect: 100-continue", "-T", file};
    assertArrayEquals(content, curl("/echo", options));
    String[] chunked = {"-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", file};
    assertArrayEquals(content, curl("/echo", chunked));
  }

  @Test
  void curlIsToldThatItIsTooMuch() throws Exception {
    Path large = root.resolve("large");
    Files.write(large, new byte[7_000_000]);
    for (String expect : List.of("Expect: 100-continue", "Expect:")) {
      String[] options = {"-X", "POST", "-H", expect, "-T", large.toString(), "-w", "%{http_code}"};
      assertTrue(text(curl("/echo", options)).endsWith("413"), expect);
    }
  }

  @Test
  void curlSendsSeveralOnOneConnection() throws Exception {
    String[] more = new String[10];
    Arrays.fill(more, served.uri("/healthz"));
    List<String> options = new ArrayList<>(List.of("-w", "%{num_connects}\n"));
    options.addAll(Arrays.asList(more));
    String printed = text(curl("/healthz", options.toArray(new String[0])));
    assertEquals("ok\n1\n" + "ok\n0\n".repeat(10), printed);
  }

  @Test
  void netcatPipelines() throws Exception {
    OutsideProgram.require("nc");
    String request = "GET /healthz HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n".repeat(3);
    String last = "GET / HTTP/1.0\\r\\n\\r\\n";
    String pipe = "printf '" + request + last + "' | nc 127.0.0.1 " + served.server.port();
    Answer.Reader reader = new Answer.Reader(run("bash", "-c", pipe));
    for (int i = 0; i < 3; i++) {
      assertEquals("ok\n", reader.next("GET").body());
    }
    assertEquals("Hello, World!\n", reader.next("GET").body());
    assertTrue(reader.isAtEnd());
  }

  @Test
  void theJdksClient() throws Exception {
    try {
      talkWithTheJdksClient();
    } finally {
      // In JDK 17 it has no close, and ends with the last reference to it.
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        while (thread.isAlive() && thread.getName().matches("HttpClient-.*-SelectorManager")) {
          System.gc();
          thread.join(100);
        }
      }
    }
  }

  private void talkWithTheJdksClient() throws Exception {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
            .build();
    Files.createDirectories(root.resolve("sub"));
    Files.writeString(root.resolve("sub/index.html"), "<p>sub");
    assertEquals("Hello, World!\n", send(client, get("/")).body());
    assertEquals("<p>sub", send(client, get("/sub")).body());
    assertEquals(404, send(client, get("/nothing")).statusCode());
    assertEquals("waited 10 ms\n", send(client, get("/slow/10")).body());
    HttpRequest file = HttpRequest.newBuilder(URI.create(served.uri("/file.bin"))).build();
    assertArrayEquals(content, client.send(file, BodyHandlers.ofByteArray()).body());
    byte[] part = Arrays.copyOf(content, 300_000);
    for (boolean isExpecting : new boolean[] {false, true}) {
      HttpRequest post =
          HttpRequest.newBuilder(URI.create(served.uri("/echo")))
              .expectContinue(isExpecting)
              .POST(BodyPublishers.ofByteArray(part))
              .build();
      assertArrayEquals(part, client.send(post, BodyHandlers.ofByteArray()).body());
    }
    HttpRequest chunked =
        HttpRequest.newBuilder(URI.create(served.uri("/echo")))
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(part)))
            .build();
    assertArrayEquals(part, client.send(chunked, BodyHandlers.ofByteArray()).body());
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(client.sendAsync(get("/slow/" + i % 20), BodyHandlers.ofString()));
    }
    for (int i = 0; i < 200; i++) {
      String body = all.get(i).get(PATIENCE_SECONDS, TimeUnit.SECONDS).body();
      assertEquals("waited " + i % 20 + " ms\n", body);
    }
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(URI.create(served.uri(path)))
        .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
        .build();
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws Exception {
    return client.send(request, BodyHandlers.ofString());
  }

  @Test
  void wrkForTwoSeconds() throws Exception {
    for (String path : List.of("/", "/bytes/20000", "/file.bin")) {
      String printed = text(run("wrk", "-t1", "-c16", "-d2s", served.uri(path)));
      assertTrue(number(printed, "(\\d+) requests in") > 100, printed);
      assertFalse(printed.contains("Socket errors"), printed);
      assertFalse(printed.contains("Non-2xx"), printed);
    }
  }

  @Test
  void abWithAndWithoutKeepAlive() throws Exception {
    String n = "20000";
    String printed = text(run("ab", "-q", "-k", "-n", n, "-c", "16", served.uri("/")));
    assertEquals(20_000, number(printed, "Complete requests: +(\\d+)"), printed);
    assertEquals(0, number(printed, "Failed requests: +(\\d+)"), printed);
    assertEquals(20_000, number(printed, "Keep-Alive requests: +(\\d+)"), printed);
    assertFalse(printed.contains("Non-2xx"), printed);
    printed = text(run("ab", "-q", "-n", "2000", "-c", "16", served.uri("/healthz")));
    assertEquals(2_000, number(printed, "Complete requests: +(\\d+)"), printed);
    assertEquals(0, number(printed, "Failed requests: +(\\d+)"), printed);
  }

  private static long number(String printed, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(printed);
    assertTrue(matcher.find(), printed);
    return Long.parseLong(matcher.group(1));
  }
}
