package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.examples.Examples;
import dev.millrace.examples.Programs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code lab run --locales}: the same failures, in JVMs that speak other languages. */
@Timeout(120)
class OtherLocalesTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  private int run(String... args) {
    CommandLine line = Programs.commandLine(new Examples());
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[args.length + 2];
    all[0] = "lab";
    all[1] = "run";
    System.arraycopy(args, 0, all, 2, args.length);
    return line.execute(all);
  }

  private List<Row> rowsOf(String locales) throws IOException {
    Path file = directory.resolve("rows");
    int code =
        run("connect-refused", "--lang", "en", "--locales", locales, "--rows", file.toString());
    assertEquals(0, code, () -> out + " " + err);
    return Files.readAllLines(file, StandardCharsets.UTF_8).stream().map(Row::parse).toList();
  }

  @Test
  void theSameFailureIsSeenInEachLanguageAndItsClassAndKindAreTheSame() throws IOException {
    Set<String> installed = Children.installed();
    assumeTrue(installed.contains("de_de.utf8") && installed.contains("ja_jp.utf8"));
    List<Row> rows = rowsOf("C,de_DE.UTF-8,ja_JP.UTF-8");
    for (String locale : List.of("C", "de_DE.UTF-8", "ja_JP.UTF-8")) {
      assertEquals(2, rows.stream().filter(r -> r.locale().equals(locale)).count(), locale);
    }
    for (Row row : rows) {
      assertEquals("AS_EXPECTED", row.outcome());
      assertEquals("java.net.ConnectException", row.result());
      assertEquals("ECONNREFUSED", row.kind());
      assertEquals("CERTAIN", row.certainty());
    }
    assertEquals("Connection refused", textIn("C", rows));
    assertNotEquals(textIn("C", rows), textIn("de_DE.UTF-8", rows));
    assertNotEquals(textIn("C", rows), textIn("ja_JP.UTF-8", rows));
    assertNotEquals(textIn("de_DE.UTF-8", rows), textIn("ja_JP.UTF-8", rows));
  }

  private static String textIn(String locale, List<Row> rows) {
    return rows.stream().filter(r -> r.locale().equals(locale)).findFirst().orElseThrow().text();
  }

  @Test
  void localesThatAreNotInstalledAreNamedInOneLineAndLeftOut() throws IOException {
    List<Row> rows = rowsOf("xx_XX.UTF-8,C,yy_YY");
    assertTrue(
        out.toString().contains("not installed here, left out: xx_XX.UTF-8, yy_YY"), out::toString);
    assertTrue(
        out.toString().contains(" in C: 1 as expected, 0 different, 0 skipped"), out::toString);
    assertTrue(rows.stream().noneMatch(r -> r.locale().startsWith("xx")));
    assertTrue(rows.stream().anyMatch(r -> r.locale().equals("C")));
  }

  @Test
  void whatIsNoJdkAndWhatIsNoLocaleIsWrongUsage() {
    assertEquals(2, run("connect-refused", "--jdks", "/nowhere"));
    assertTrue(
        err.toString().startsWith("lab run: --jdks: '/nowhere' has no bin/java"), err::toString);
    err.getBuffer().setLength(0);
    assertEquals(2, run("connect-refused", "--locales", ",C"));
    assertTrue(err.toString().startsWith("lab run: --locales: a name is empty"), err::toString);
  }

  @Test
  void aJdkThatDoesNotRunIsToldInOneLine() throws IOException {
    Path home = Files.createDirectories(directory.resolve("jdk"));
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho too old for this\nexit 3\n");
    assertTrue(java.toFile().setExecutable(true));
    assertEquals(1, run("connect-refused", "--jdks", home.toString()));
    assertTrue(
        err.toString()
            .startsWith("lab run: the JVM of " + home.toRealPath() + " ran nothing: too old"),
        err::toString);
  }

  @Test
  void aLocalesNameHasManyForms() {
    assertEquals("de_de.utf8", Children.plain("de_DE.UTF-8"));
    assertEquals("de_de.utf8", Children.plain("de_DE.utf8"));
    assertEquals("c", Children.plain("C"));
    assertEquals("en_us.iso88591", Children.plain("en_US.ISO-8859-1"));
    assertTrue(Children.installed().contains("c"));
  }
}
