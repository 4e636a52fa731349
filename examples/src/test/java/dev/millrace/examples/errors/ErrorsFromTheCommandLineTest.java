package dev.millrace.examples.errors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.Examples;
import dev.millrace.examples.Programs;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

@Timeout(60)
class ErrorsFromTheCommandLineTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int errors(String... args) {
    List<String> all = new ArrayList<>(List.of("errors"));
    all.addAll(Arrays.asList(args));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Programs.commandLine(new Examples())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(new String[0]));
  }

  @BeforeEach
  void threeLogs() throws IOException {
    Files.writeString(directory.resolve("echo.jsonl"), log("ECONNRESET", 30));
    Files.write(
        directory.resolve("echo.2026-11-20.0.jsonl.gz"),
        Lines.gzip(log("EPIPE", 20).getBytes(UTF_8)));
    Files.writeString(directory.resolve("notes.txt"), log("EMFILE", 1));
  }

  private static String log(String kind, int times) {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < times; i++) {
      log.append(
          Lines.event(
              Lines.NOON + i * 1_000L,
              "kind=" + kind + ";op=READ;in=1;remote=192.0.2." + i % 3 + ":" + i));
    }
    return log.toString();
  }

  @Test
  void aDirectoryIsItsLogsAndNothingElse() {
    assertEquals(0, errors(directory.toString(), "--lang", "en"), err::toString);
    String text = out.toString();
    assertTrue(text.startsWith("50 failures in 50 lines of 2 files; 0 orderly ends"), text);
    assertTrue(text.contains("ECONNRESET                           30   60.0 %"), text);
    assertTrue(text.contains("192.0.2.0"), text);
    assertFalse(text.contains("EMFILE"), text);
    assertTrue(text.contains("what prevents each"), text);
    assertEquals("", err.toString());
  }

  @Test
  void severalFilesAndStandardInput() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(log("ETIMEDOUT", 5).getBytes(UTF_8)));
    try {
      assertEquals(
          0,
          errors(
              "-",
              directory.resolve("echo.jsonl").toString(),
              directory.resolve("notes.txt").toString()));
    } finally {
      System.setIn(before);
    }
    String text = out.toString();
    assertTrue(text.startsWith("36 failures in 36 lines of 3 files"), text);
    assertTrue(text.contains("ETIMEDOUT                             5"), text);
  }

  @Test
  void adviceInTheReadersLanguage() {
    for (String[] each :
        new String[][] {{"en", "nothing to do"}, {"de", "Verbindung"}, {"ja", "接続"}}) {
      assertEquals(0, errors(directory.toString(), "--lang", each[0]), err::toString);
      String prevents = out.toString();
      prevents = prevents.substring(prevents.indexOf("what prevents each"));
      assertTrue(prevents.contains(each[1]), prevents);
      assertTrue(prevents.contains("ECONNRESET"), prevents);
    }
  }

  @Test
  void aPageAChartAndAPicture() throws Exception {
    Path html = directory.resolve("r.html");
    Path svg = directory.resolve("r.svg");
    Path png = directory.resolve("r.png");
    assertEquals(
        0,
        errors(
            directory.toString(),
            "--html",
            html.toString(),
            "--svg",
            svg.toString(),
            "--png",
            png.toString()),
        err::toString);
    String page = Files.readString(html);
    for (String loaded : List.of("<script", "src=", "href=", "@import", "url(", "<link")) {
      assertFalse(page.contains(loaded), loaded);
    }
    assertTrue(page.contains("prefers-color-scheme:dark"), "dark as well as light");
    assertTrue(page.contains("<desc>ECONNRESET: 30 (60.0 %)\nEPIPE: 20 (40.0 %)</desc>"), page);
    assertEquals(4, page.split("<svg ", -1).length - 1);
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    Document document = factory.newDocumentBuilder().parse(svg.toFile());
    assertEquals("svg", document.getDocumentElement().getTagName());
    String words = document.getElementsByTagName("desc").item(0).getTextContent();
    assertTrue(words.contains("ECONNRESET: 30, most at "), words);
    BufferedImage picture = ImageIO.read(png.toFile());
    assertEquals(1_640, picture.getWidth());
    boolean isBlue = false;
    for (int x = 0; x < picture.getWidth(); x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        isBlue |= picture.getRGB(x, y) == 0xFF0072B2;
      }
    }
    assertTrue(isBlue, "the first kind's colour");
  }

  @Test
  void whatALogSaysIsNoMarkup() throws Exception {
    Path log = directory.resolve("evil.jsonl");
    Files.writeString(
        log,
        Lines.event(Lines.NOON, "kind=EPIPE;op=<script>alert(1)</script>;remote=<b>&\\u0001:1")
            + "{\"<script>\n");
    Path html = directory.resolve("r.html");
    assertEquals(0, errors(log.toString(), "--html", html.toString()), err::toString);
    String page = Files.readString(html);
    assertFalse(page.contains("<script") || page.contains("<b>") || page.contains("\u0001"), page);
    assertTrue(page.contains("&lt;script&gt;alert(1)"), page);
  }

  @Test
  void anEmptyLogIsOneToo() throws IOException {
    Path log = Files.writeString(directory.resolve("none.log"), "");
    Path html = directory.resolve("r.html");
    assertEquals(0, errors(log.toString(), "--html", html.toString()));
    assertTrue(out.toString().startsWith("0 failures in 0 lines of 1 file"), out::toString);
    assertEquals(1, errors(log.toString(), "--svg", directory.resolve("x.svg").toString()));
    assertEquals("errors: no chart is written: no failure has a time", err.toString().trim());
  }

  @Test
  void wrongUsageIsOneLine() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertWrong("'" + empty + "' has no .jsonl or .log files", empty.toString());
    assertWrong("'no/such/file' is not there", directory.toString(), "no/such/file");
    assertWrong("--top is 0, allowed is 1 to 1000", directory.toString(), "--top", "0");
    assertWrong("there is no 'fr', allowed is en, de, ja", directory.toString(), "--lang", "fr");
    assertWrong("Missing required parameter: 'FILE'");
  }

  @Test
  void anEmptyNameIsNotTheCurrentDirectory() {
    assertWrong("FILE is empty, allowed is a log, a directory, or - for stdin", "");
    assertWrong("--html is empty, allowed is a file to write", directory.toString(), "--html", "");
  }

  @Test
  void aReportIsNeverWrittenOverALogThatItIsMadeOf() throws IOException {
    Path log = directory.resolve("echo.jsonl");
    String before = Files.readString(log);
    Path link = Files.createSymbolicLink(directory.resolve("link.html"), log);
    for (String option : List.of("--html", "--svg", "--png")) {
      assertWrong("is one of the logs", log.toString(), option, log.toString());
      assertWrong(option + " " + link + " is one", directory.toString(), option, link.toString());
    }
    assertEquals(before, Files.readString(log));
    assertEquals(0, errors(log.toString(), "--svg", directory + "/r.svg"), err::toString);
    assertEquals(0, errors(log.toString(), "--svg", directory + "/r.svg"), "over an older one");
  }

  @Test
  void aFileThatIsNamedTwiceIsReadOnce() throws IOException {
    Path log = directory.resolve("echo.jsonl");
    Path link = Files.createSymbolicLink(directory.resolve("other.txt"), log);
    assertEquals(
        0,
        errors(log.toString(), directory + "/./echo.jsonl", link.toString(), directory.toString()),
        err::toString);
    assertTrue(out.toString().startsWith("50 failures in 50 lines of 2 files"), out::toString);
  }

  @Test
  void aFileThatWasBeingCompressedWhenTheProgramWasKilledIsReadOnce() throws IOException {
    Path whole = Files.writeString(directory.resolve("echo.2026-11-20.0.jsonl"), log("EPIPE", 20));
    assertEquals(0, errors(directory.toString()), err::toString);
    String text = out.toString();
    assertTrue(text.startsWith("50 failures in 50 lines of 2 files"), text);
    assertTrue(
        text.contains(whole + ".gz is left out: " + whole.getFileName() + " is there"), text);
  }

  @Test
  void whatIsWrongInADirectoryIsToldAndTheRestIsRead() throws IOException {
    Path sub = Files.createDirectory(directory.resolve("sub.log"));
    Path dangling = Files.createSymbolicLink(directory.resolve("a.log"), Path.of("no-such-file"));
    assertEquals(0, errors(directory.toString()), err::toString);
    String text = out.toString();
    assertTrue(text.startsWith("50 failures in 50 lines of 2 files"), text);
    assertTrue(text.contains(sub + " is left out: it is no file"), text);
    assertTrue(text.contains(dangling + " is left out: it is no file"), text);
  }

  @Test
  void aFileThatIsRotatedAwayAfterItWasListedIsToldToo() {
    Reading reading = new Reading(ZoneOffset.UTC);
    Path gone = directory.resolve("gone.log");
    reading.readIfPossible(gone);
    reading.readIfPossible(directory.resolve("echo.jsonl"));
    assertEquals(30, reading.tally().total());
    assertEquals(1, reading.files());
    assertEquals(1, reading.troubles().size());
    assertTrue(reading.troubles().get(0).startsWith("can't be read: " + gone), "named");
    for (int i = 0; i < 100; i++) {
      reading.readIfPossible(gone);
    }
    assertEquals(21, reading.troubles().size());
    assertEquals("and as much is wrong with 81 more", reading.troubles().get(20));
  }

  @Test
  void aReportThatCanNotBeWrittenWholeFails() throws Exception {
    assertEquals(1, errorsOf("exec \"$@\" > /dev/full", directory.toString()), err::toString);
    assertEquals(
        "errors: the report could not be written whole to the standard output",
        err.toString().trim());
  }

  @Test
  void aPipeIsReadLikeAFile() throws Exception {
    String log = directory.resolve("echo.jsonl").toString();
    assertEquals(0, errorsOf("cat " + log + " | \"$@\"", "/dev/stdin"), err::toString);
    assertTrue(out.toString().startsWith("30 failures in 30 lines of 1 file;"), out::toString);
    String gz = directory.resolve("echo.2026-11-20.0.jsonl.gz").toString();
    assertEquals(0, errorsOf("cat " + gz + " | \"$@\"", "/dev/stdin"), err::toString);
    assertTrue(out.toString().startsWith("20 failures in 20 lines of 1 file;"), out::toString);
  }

  @Test
  void aClosedStandardInputIsSaidToBeClosed() throws Exception {
    assertEquals(2, errorsOf("exec \"$@\" <&-", "-"), err::toString);
    String first = err.toString().lines().findFirst().orElse("");
    assertEquals("errors: stdin is closed, so '-' can't be read", first);
  }

  /** The program in a JVM of its own, which the shell runs as {@code "$@"}. */
  private int errorsOf(String script, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(List.of("-Xmx64m", "dev.millrace.examples.Examples", "errors", "--lang", "en"));
    command.addAll(Arrays.asList(args));
    Path written = directory.resolve("out");
    Path complained = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(written.toFile())
            .redirectError(complained.toFile())
            .start();
    process.getOutputStream().close();
    assertTrue(process.waitFor(50, TimeUnit.SECONDS), "still running");
    out.getBuffer().setLength(0);
    out.write(Files.readString(written));
    err.getBuffer().setLength(0);
    err.write(Files.readString(complained));
    return process.exitValue();
  }

  private void assertWrong(String expected, String... args) {
    assertEquals(2, errors(args), err::toString);
    assertEquals("", out.toString());
    String first = err.toString().lines().findFirst().orElse("");
    assertTrue(first.startsWith("errors: ") && first.contains(expected), err::toString);
  }
}
