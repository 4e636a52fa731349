package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The same failures in other languages: other texts, the same names. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class SystemSpeaksAnotherLanguageTest {

  private static final String ENGLISH_RESET = "Connection reset by peer";
  private static final String ENGLISH_PIPE = "Broken pipe";

  /** One line of the child: a name, a certainty, a raw text. */
  private record Named(String symbol, String certainty, String text) {
    String name() {
      return symbol + " " + certainty;
    }
  }

  @Test
  void plainCIsEnglishAndAllIsNamed() throws Exception {
    Map<String, Named> c = child(Map.of("LC_ALL", "C"));

    assertEquals(ENGLISH_RESET, c.get("resetThenWrite").text());
    assertEquals(ENGLISH_PIPE, c.get("finThenWrite").text());
    assertEquals(
        Map.of(
            "resetThenWrite", "ECONNRESET BY_TEXT",
            "finThenWrite", "EPIPE BY_TEXT",
            "resetThenRead", "ECONNRESET CERTAIN",
            "connectToNobody", "ECONNREFUSED CERTAIN",
            "connectToNobodyLate", "ECONNREFUSED BY_TEXT"),
        names(c));
  }

  @Test
  void germanTextsHaveTheSameNames() throws Exception {
    Map<String, Named> german = installed(Map.of("LC_ALL", "de_DE.UTF-8"));

    assertNotEquals(ENGLISH_PIPE, german.get("finThenWrite").text());
    assertEquals(names(child(Map.of("LC_ALL", "C"))), names(german));
  }

  @Test
  void japaneseTextsHaveTheSameNames() throws Exception {
    Map<String, Named> japanese = installed(Map.of("LC_ALL", "ja_JP.UTF-8"));

    assertEquals(names(child(Map.of("LC_ALL", "C"))), names(japanese));
  }

  @Test
  void languageMakesEvenTheCLocaleWithUtf8German() throws Exception {
    Map<String, Named> german = installed(Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "de"));

    assertEquals(names(child(Map.of("LC_ALL", "C"))), names(german));
  }

  @Test
  void oneLostUmlautLosesNoName() throws Exception {
    Map<String, Named> lossy = installed(Map.of("LANG", "de_DE.UTF-8", "LC_CTYPE", "C"));

    assertTrue(lossy.get("resetThenWrite").text().contains("?"), lossy.toString());
    assertEquals(names(child(Map.of("LC_ALL", "C"))), names(lossy));
  }

  @Test
  void japaneseReducedToQuestionMarksIsNamedByClassOrNotAtAll() throws Exception {
    Map<String, Named> lossy = installed(Map.of("LANG", "ja_JP.UTF-8", "LC_CTYPE", "C"));

    assertTrue(lossy.get("resetThenWrite").text().matches("\\?+"), lossy.toString());
    assertEquals(
        Map.of(
            "resetThenWrite", "UNKNOWN UNKNOWN",
            "finThenWrite", "EPIPE BY_TEXT", // English in the Japanese catalogue
            "resetThenRead", "ECONNRESET CERTAIN",
            "connectToNobody", "ECONNREFUSED CERTAIN",
            "connectToNobodyLate", "UNKNOWN UNKNOWN"),
        names(lossy));
  }

  @Test
  void addressesBehindTheTextsDoNotHideTheNames() throws Exception {
    Map<String, Named> withHost =
        child(Map.of("LC_ALL", "C"), "-Djdk.includeInExceptions=hostInfo");

    assertNotEquals("Connection refused", withHost.get("connectToNobodyLate").text());
    assertEquals(names(child(Map.of("LC_ALL", "C"))), names(withHost));
  }

  private static Map<String, Named> child(Map<String, String> language, String... jvmOptions)
      throws Exception {
    String output = ChildJvm.run(language, SpeakingChild.class, jvmOptions);
    Map<String, Named> lines = new LinkedHashMap<>();
    for (String line : output.lines().toList()) {
      List<String> fields = List.of(line.split("\\|", 4));
      assertEquals(4, fields.size(), output);
      lines.put(fields.get(0), new Named(fields.get(1), fields.get(2), fields.get(3)));
    }
    assertEquals(5, lines.size(), output);
    return lines;
  }

  /**
   * What the child prints in a language other than English. A language that is not installed is
   * silently English, and the test would prove nothing: it is skipped then, and fails where nobody
   * would notice the skipping.
   */
  private static Map<String, Named> installed(Map<String, String> language) throws Exception {
    Map<String, Named> lines = child(language);
    if (lines.get("resetThenWrite").text().equals(ENGLISH_RESET)) {
      String missing =
          language
              + " is not installed: the reset is called '"
              + ENGLISH_RESET
              + "'. Needed: Debian's package 'locales', then"
              + " localedef -i de_DE -f UTF-8 de_DE.UTF-8; localedef -i ja_JP -f UTF-8 ja_JP.UTF-8";
      if ("true".equals(System.getenv("CI"))) {
        fail(missing);
      }
      Assumptions.abort(missing);
    }
    return lines;
  }

  private static Map<String, String> names(Map<String, Named> lines) {
    Map<String, String> names = new LinkedHashMap<>();
    lines.forEach((situation, named) -> names.put(situation, named.name()));
    return names;
  }
}
