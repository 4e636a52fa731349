package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

@Timeout(60)
class FileIsAskedForTest {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final String CHANGED = "Tue, 02 Jan 2024 03:04:05 GMT";

  @TempDir private Path root;
  private Served served;

  @BeforeEach
  void serve() throws Exception {
    write("letters.txt", LETTERS);
    write("empty.txt", "");
    served = new Served(HttpSettings.defaults().withRoot(root));
  }

  @AfterEach
  void end() {
    served.close();
  }

  private Path write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    return Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-01-02T03:04:05.6Z")));
  }

  @Test
  void itComesWithWhatIsKnownAboutIt() throws Exception {
    Answer answer = served.ask("GET", "/letters.txt");
    assertEquals(200, answer.status());
    assertEquals(LETTERS, answer.body());
    assertEquals("text/plain; charset=utf-8", answer.field("Content-Type"));
    assertEquals(CHANGED, answer.field("Last-Modified"));
    assertEquals("bytes", answer.field("Accept-Ranges"));
    assertTrue(answer.field("ETag").startsWith("\""), answer.field("ETag"));
    Answer head = served.ask("HEAD", "/letters.txt");
    // All but the date, which comes first.
    assertEquals(
        answer.fields().subList(1, answer.fields().size()),
        head.fields().subList(1, head.fields().size()));
    assertEquals("", served.ask("GET", "/empty.txt").body());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "a.html, text/html; charset=utf-8",
        "a.HTM, text/html; charset=utf-8",
        "a.css, text/css; charset=utf-8",
        "a.js, text/javascript; charset=utf-8",
        "a.mjs, text/javascript; charset=utf-8",
        "a.json, application/json",
        "a.svg, image/svg+xml",
        "a.png, image/png",
        "a.jpg, image/jpeg",
        "a.pdf, application/pdf",
        "a.wasm, application/wasm",
        "a.unknown, application/octet-stream",
        "noend, application/octet-stream",
      })
  void itsNameSaysWhatItIs(String name, String type) throws Exception {
    write(name, "x");
    assertEquals(type, served.ask("HEAD", "/" + name).field("Content-Type"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "bytes=0-0, 206, a, bytes 0-0/26",
        "bytes=2-4, 206, cde, bytes 2-4/26",
        "Bytes=2-4, 206, cde, bytes 2-4/26",
        "bytes=23-, 206, xyz, bytes 23-25/26",
        "bytes=23-99, 206, xyz, bytes 23-25/26",
        "bytes=-3, 206, xyz, bytes 23-25/26",
        "bytes=-99, 206, abcdefghijklmnopqrstuvwxyz, bytes 0-25/26",
        "bytes=0-, 206, abcdefghijklmnopqrstuvwxyz, bytes 0-25/26",
        "bytes=25-99999999999999999999999, 206, z, bytes 25-25/26",
        "'bytes=25-, 99-', 206, z, bytes 25-25/26",
        "bytes=26-, 416, -, bytes */26",
        "bytes=99999999999999999999999-, 416, -, bytes */26",
        "bytes=-0, 416, -, bytes */26",
        "'bytes=26-27,30-', 416, -, bytes */26",
        "bytes=4-2, 200, abcdefghijklmnopqrstuvwxyz, -",
        "bytes=x-2, 200, abcdefghijklmnopqrstuvwxyz, -",
        "bytes=1-2-3, 200, abcdefghijklmnopqrstuvwxyz, -",
        "bytes=-, 200, abcdefghijklmnopqrstuvwxyz, -",
        "bytes=--1, 200, abcdefghijklmnopqrstuvwxyz, -",
        "bytes=5, 200, abcdefghijklmnopqrstuvwxyz, -",
        "bytes=, 200, abcdefghijklmnopqrstuvwxyz, -",
        "'bytes=,', 200, abcdefghijklmnopqrstuvwxyz, -",
        "'bytes=,2-4,', 206, cde, bytes 2-4/26",
        "lines=1-2, 200, abcdefghijklmnopqrstuvwxyz, -",
        "'bytes=0-5,3-9', 200, abcdefghijklmnopqrstuvwxyz, -",
        "'bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16', 200, abcdefghijklmnopqrstuvwxyz, -",
      })
  void aPartOfIt(String range, int status, String body, String contentRange) throws Exception {
    Answer answer = served.ask("GET", "/letters.txt", "Range: " + range);
    assertEquals(status, answer.status());
    assertEquals(contentRange, answer.field("Content-Range"));
    if (body != null) {
      assertEquals(body, answer.body());
    }
    assertEquals(200, served.ask("HEAD", "/letters.txt", "Range: " + range).status());
  }

  @Test
  void anEmptyFileHasNoParts() throws Exception {
    assertEquals(416, served.ask("GET", "/empty.txt", "Range: bytes=0-").status());
    assertEquals(416, served.ask("GET", "/empty.txt", "Range: bytes=-0").status());
    assertEquals(200, served.ask("GET", "/empty.txt", "Range: bytes=-5").status());
  }

  @Test
  void severalPartsComeAsOneMessageOfSeveral() throws Exception {
    Answer answer = served.ask("GET", "/letters.txt", "Range: bytes=24-, 0-1,  5-5");
    assertEquals(206, answer.status());
    assertNull(answer.field("Content-Range"));
    Matcher type =
        Pattern.compile("multipart/byteranges; boundary=([0-9a-f]+)")
            .matcher(answer.field("Content-Type"));
    assertTrue(type.matches());
    String boundary = "--" + type.group(1);
    String each = boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
    assertEquals(
        each
            + "24-25/26\r\n\r\nyz\r\n"
            + each
            + "0-1/26\r\n\r\nab\r\n"
            + each
            + "5-5/26\r\n\r\nf\r\n"
            + boundary
            + "--\r\n",
        answer.body());
  }

  @Test
  void whoHasItAlreadyIsToldSo() throws Exception {
    String tag = served.ask("HEAD", "/letters.txt").field("ETag");
    Object[][] rows = {
      {304, "If-None-Match: " + tag},
      {304, "If-None-Match: W/" + tag},
      {304, "If-None-Match: \"x\", " + tag},
      {304, "If-None-Match: *"},
      {200, "If-None-Match: \"x\""},
      {304, "If-Modified-Since: " + CHANGED},
      {304, "If-Modified-Since: Tuesday, 02-Jan-24 03:04:05 GMT"},
      {304, "If-Modified-Since: Tue Jan  2 03:04:05 2024"},
      {304, "If-Modified-Since: Wed, 03 Jan 2024 03:04:05 GMT"},
      {200, "If-Modified-Since: Tue, 02 Jan 2024 03:04:04 GMT"},
      {200, "If-Modified-Since: yesterday"},
      {200, "If-None-Match: \"x\"\r\nIf-Modified-Since: " + CHANGED},
      {200, "If-Match: " + tag},
      {200, "If-Match: *"},
      {412, "If-Match: \"x\""},
      {412, "If-Match: W/" + tag},
      {200, "If-Unmodified-Since: " + CHANGED},
      {412, "If-Unmodified-Since: Tue, 02 Jan 2024 03:04:04 GMT"},
      {200, "If-Match: " + tag + "\r\nIf-Unmodified-Since: Tue, 02 Jan 2024 03:04:04 GMT"},
      {206, "Range: bytes=0-1\r\nIf-Range: " + tag},
      {206, "Range: bytes=0-1\r\nIf-Range: " + CHANGED},
      {200, "Range: bytes=0-1\r\nIf-Range: \"x\""},
      {200, "Range: bytes=0-1\r\nIf-Range: W/" + tag},
      {200, "Range: bytes=0-1\r\nIf-Range: Wed, 03 Jan 2024 03:04:05 GMT"},
      {200, "Range: bytes=99-\r\nIf-Range: \"x\""},
      {304, "Range: bytes=0-1\r\nIf-None-Match: " + tag},
    };
    for (Object[] row : rows) {
      Answer answer = served.ask("GET", "/letters.txt", (String) row[1]);
      assertEquals(row[0], answer.status(), () -> (String) row[1]);
      if (answer.status() == 304) {
        assertEquals(tag, answer.field("ETag"));
      }
    }
  }

  @Test
  void aFreshFileHasAWeakTagAndIsSentWhole() throws Exception {
    Path file = write("fresh.txt", "one");
    // In the future, so that it stays fresh while this test runs.
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(100)));
    Answer answer = served.ask("GET", "/fresh.txt");
    assertEquals(answer.field("Date"), answer.field("Last-Modified"));
    String tag = answer.field("ETag");
    assertTrue(tag.startsWith("W/\""), tag);
    String[] fields = {"Range: bytes=0-0", "If-Range: " + tag};
    assertEquals("one", served.ask("GET", "/fresh.txt", fields).body());
    assertEquals(304, served.ask("GET", "/fresh.txt", "If-None-Match: " + tag).status());
  }

  @Test
  void aChangedFileHasAnotherTag() throws Exception {
    String tag = served.ask("HEAD", "/letters.txt").field("ETag");
    write("letters.txt", LETTERS + "!");
    assertNotEquals(tag, served.ask("HEAD", "/letters.txt").field("ETag"));
  }

  @Test
  void aDirectoryShowsItsIndexAndTheRootDoesInPlaceOfTheHello() throws Exception {
    write("sub/index.html", "<p>sub");
    assertEquals("<p>sub", served.ask("GET", "/sub/").body());
    assertEquals("Hello, World!\n", served.ask("GET", "/").body());
    write("index.html", "<p>root");
    try (Served other = new Served(HttpSettings.defaults().withRoot(root))) {
      assertEquals("<p>root", other.ask("GET", "/").body());
    }
  }

  @Test
  void methodsThatWouldChangeItAreNotAllowed() throws Exception {
    assertEquals(405, served.ask("DELETE", "/letters.txt").status());
    assertEquals(404, served.ask("DELETE", "/nothing.txt").status());
  }

  @Test
  void manyLargeOnesInAPipelineComeInOrder() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    byte[] content = new byte[700_000];
    new Random(seed).nextBytes(content);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    write("large.bin", text);
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      requests
          .append("GET /large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=")
          .append(i)
          .append("-\r\n\r\n");
      requests.append("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    requests.append("GET / HTTP/1.0\r\n\r\n");
    Answer.Reader reader = served.untilClosed(requests.toString());
    for (int i = 0; i < 20; i++) {
      assertEquals(text.substring(i), reader.next("GET").body(), () -> "seed " + seed);
      assertEquals("ok\n", reader.next("GET").body());
    }
    assertEquals("Hello, World!\n", reader.next("GET").body());
    assertTrue(reader.isAtEnd());
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void aFaultOfOursIsAnsweredAndEndsTheConnection() throws Exception {
    HttpSettings settings = HttpSettings.defaults().withRoot(root);
    AtomicInteger looks = new AtomicInteger();
    LongSupplier brokenCalendar =
        () -> {
          if (looks.incrementAndGet() == 1) {
            return 0; // for the date; the next one is for the file's age
          }
          throw new IllegalStateException("a fault that this test has planted");
        };
    HttpService service = new HttpService(settings, brokenCalendar, record -> {});
    try (Served broken = new Served(settings, service)) {
      Answer.Reader reader =
          broken.untilClosed("GET /letters.txt HTTP/1.1\r\nHost: h\r\n\r\n".repeat(2));
      Answer answer = reader.next("GET");
      assertEquals(500, answer.status());
      assertTrue(answer.isLast());
      assertTrue(reader.isAtEnd(), reader::rest);
    }
  }

  @Test
  void aFileThatChangesBetweenItsPartsIsNotMixed() throws Exception {
    int size = 8 << 20;
    Path file = write("large.bin", "x".repeat(size));
    try (Socket client = served.connect()) {
      Served.send(
          client, "GET /large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-8388600,8388602-\r\n\r\n");
      client.getInputStream().read(); // the first part is open, and larger than what is buffered
      Path other = write("other.bin", "y".repeat(size + 1));
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      String rest = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertTrue(rest.contains("x".repeat(8_388_601)), "the part under way is whole");
      assertFalse(rest.contains("yy"), "and none of another file follows");
    }
  }

  @Test
  void aFileThatCannotBeReadIsNotThereForAnyMethod() throws Exception {
    Path file = write("secret.txt", "x");
    Files.setPosixFilePermissions(file, Set.of());
    int expected = Files.isReadable(file) ? 200 : 404; // root reads everything
    assertEquals(expected, served.ask("GET", "/secret.txt").status());
    assertEquals(expected, served.ask("HEAD", "/secret.txt").status());
  }

  @Test
  void theLongestTargetComesBackAsALocation() throws Exception {
    Files.createDirectory(root.resolve("sub"));
    int most = HttpSettings.MAX_BYTES;
    HttpSettings settings = HttpSettings.defaults().withRoot(root).withMaxUriBytes(most);
    try (Served large = new Served(settings)) {
      String query = "?" + "q".repeat(most - 5);
      Answer answer = large.ask("GET", "/sub" + query);
      assertEquals(301, answer.status());
      assertEquals("/sub/" + query, answer.field("Location"));
    }
  }

  @Test
  void whoLeavesInTheMiddleOfItLeavesNoFileOpen() throws Exception {
    write("large.bin", "x".repeat(8 << 20));
    for (int i = 0; i < 10; i++) {
      try (Socket client = served.connect()) {
        Served.send(client, "GET /large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-99,200-\r\n\r\n");
        client.getInputStream().read();
      } // with input unread, which is a reset
    }
    // The guard over the tests counts the descriptors.
  }
}
