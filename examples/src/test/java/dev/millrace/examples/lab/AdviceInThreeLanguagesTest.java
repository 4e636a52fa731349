package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Fault;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The texts of all kinds are there in each language, and say the same. */
@Timeout(30)
class AdviceInThreeLanguagesTest {
  private static final Pattern CODE = Pattern.compile("`([^`]*)`");

  /** EPIPE, SO_LINGER, TIME_WAIT; but also FIN, TCP and JDK, which no language translates. */
  private static final Pattern SYMBOL = Pattern.compile("[A-Z][A-Z0-9_]{2,}");

  /** Word and member, as Javadoc names them: {@code Server.Builder.maxConnections}. */
  private static final Pattern MEMBER =
      Pattern.compile("((?:[A-Z]\\w+\\.)*[A-Z]\\w+)\\.([a-zA-Z]\\w*)");

  /** Other people's classes, which the texts may name. */
  private static final Set<String> NOT_OURS =
      Set.of("Thread", "Future", "InetSocketAddress", "StandardProtocolFamily");

  @Test
  void everyKindHasThreeTextsInEveryLanguageAndNoKeyIsLeftOver() {
    Set<String> expected = new TreeSet<>();
    for (FailureKind kind : FailureKind.values()) {
      Collections.addAll(expected, kind + ".what", kind + ".why", kind + ".prevent");
    }
    for (Advice.Heading heading : Advice.Heading.values()) {
      expected.add("heading." + heading);
    }
    for (Locale language : Advice.LANGUAGES) {
      assertEquals(
          expected, new TreeSet<>(texts(language).stringPropertyNames()), language::toString);
    }
  }

  @Test
  void everyKeyIsGivenOnceInEachFile() {
    for (Locale language : Advice.LANGUAGES) {
      Properties once =
          new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
              return containsKey(key) ? fail(language + ": twice: " + key) : super.put(key, value);
            }
          };
      load(once, language);
    }
  }

  @Test
  void everyTextIsSentencesInOneLine() {
    for (Locale language : Advice.LANGUAGES) {
      Advice advice = Advice.of(language);
      for (FailureKind kind : FailureKind.values()) {
        for (String text : List.of(advice.what(kind), advice.why(kind), advice.prevent(kind))) {
          String at = language + " " + kind + ": " + text;
          assertTrue(text.endsWith(language.equals(Locale.JAPANESE) ? "。" : "."), at);
          assertEquals(text.strip(), text, at);
          assertFalse(text.contains("  "), at);
          assertTrue(text.chars().noneMatch(Character::isISOControl), at);
          assertEquals(0, text.chars().filter(c -> c == '`').count() % 2, at);
          // It stands in tables, whose cells end at a bar.
          assertFalse(text.contains("|"), at);
        }
      }
    }
  }

  @Test
  void noTextIsAnotherLanguagesCopy() {
    for (Locale one : Advice.LANGUAGES) {
      for (Locale other : Advice.LANGUAGES) {
        Properties these = texts(one);
        Properties those = texts(other);
        for (String key : these.stringPropertyNames()) {
          String text = these.getProperty(key);
          // A word can be the same in two languages, as "Situation" is; a sentence can't.
          if (!one.equals(other) && text.contains(" ")) {
            assertNotEquals(text, those.getProperty(key), key + " in " + one + " and " + other);
          }
        }
      }
    }
  }

  @Test
  void eachLanguageIsWrittenInItsOwnScript() {
    for (FailureKind kind : FailureKind.values()) {
      Advice german = Advice.of(Locale.GERMAN);
      Advice japanese = Advice.of(Locale.JAPANESE);
      for (String text : List.of(japanese.what(kind), japanese.why(kind), japanese.prevent(kind))) {
        assertTrue(text.codePoints().anyMatch(c -> c >= 0x3040 && c < 0x3100), kind + ": " + text);
      }
      String all = german.what(kind) + german.why(kind) + german.prevent(kind);
      assertTrue(all.matches(".*\\b(die|der|das|ist|und|ein|eine|nicht)\\b.*"), kind + ": " + all);
      assertFalse(all.matches(".*\\b(the|and|with|is|of)\\b.*"), kind + ": " + all);
    }
  }

  @Test
  void whatIsTypedAndWhatIsASymbolIsTheSameInEveryLanguage() {
    Properties english = texts(Locale.ENGLISH);
    for (Locale language : Advice.LANGUAGES) {
      Properties others = texts(language);
      for (String key : english.stringPropertyNames()) {
        String text = others.getProperty(key);
        assertEquals(
            found(CODE, english.getProperty(key)), found(CODE, text), language + " " + key);
        String words = CODE.matcher(english.getProperty(key)).replaceAll("");
        for (String symbol : found(SYMBOL, words)) {
          assertTrue(text.contains(symbol), language + " " + key + " does not name " + symbol);
        }
      }
    }
  }

  @Test
  void whatMillraceIsSaidToHaveItHas() {
    Advice english = Advice.of(Locale.ENGLISH);
    int settings = 0;
    for (FailureKind kind : FailureKind.values()) {
      String all = english.what(kind) + english.why(kind) + english.prevent(kind);
      for (String code : found(CODE, all)) {
        Matcher member = MEMBER.matcher(code);
        if (member.matches() && !NOT_OURS.contains(member.group(1))) {
          assertTrue(hasMember(member.group(1), member.group(2)), kind + ": no " + code);
          settings++;
        }
      }
    }
    assertTrue(settings > 30, "only " + settings + " found: the pattern is wrong");
  }

  private static boolean hasMember(String type, String name) {
    Class<?> of;
    try {
      of = Class.forName("dev.millrace." + type.replace('.', '$'));
    } catch (ClassNotFoundException e) {
      return fail("there is no dev.millrace." + type);
    }
    return Arrays.stream(of.getMethods()).anyMatch(method -> method.getName().equals(name))
        || Arrays.stream(of.getFields()).anyMatch(field -> field.getName().equals(name));
  }

  @Test
  void theEnglishTextsAgreeWithTheCoresAdvice() {
    Advice english = Advice.of(Locale.ENGLISH);
    for (FailureKind kind : FailureKind.values()) {
      String core = kind.advice();
      String all = english.what(kind) + " " + english.why(kind) + " " + english.prevent(kind);
      assertEquals(
          core.contains("nothing to do") || core.startsWith("Nothing failed"),
          english.prevent(kind).toLowerCase(Locale.ROOT).contains("nothing to do")
              && !english.prevent(kind).contains("if it was meant")
              && kind != FailureKind.LIFETIME,
          kind + ": " + core + " / " + english.prevent(kind));
      // Each command, option and symbol of the core's one line is in the longer text as well.
      for (String symbol :
          found(Pattern.compile("[A-Z][A-Z_]{2,}|ss -\\w+|ulimit -\\w+|\\w+_\\w+"), core)) {
        assertTrue(all.contains(symbol), kind + " does not name " + symbol);
      }
    }
  }

  @Test
  void anyCountryOfALanguageDoesAndOtherLanguagesAreToldInEnglish() {
    assertEquals(Locale.GERMAN, Advice.of(new Locale("de", "AT")).language());
    assertEquals(Locale.JAPANESE, Advice.of(Locale.JAPAN).language());
    assertEquals(Locale.ENGLISH, Advice.of(Locale.UK).language());
    assertEquals(Locale.ENGLISH, Advice.of(Locale.FRENCH).language());
    assertEquals(Locale.ENGLISH, Advice.of(Locale.ROOT).language());
    assertEquals(
        "Nothing failed: the connection ended in good order.",
        Advice.of(Locale.FRENCH).what(FailureKind.NONE));
  }

  @Test
  void everyFaultAndHeadingHasAWord() {
    for (Locale language : Advice.LANGUAGES) {
      for (Fault fault : Fault.values()) {
        assertFalse(Advice.of(language).fault(fault).isBlank());
      }
      for (Advice.Heading heading : Advice.Heading.values()) {
        assertFalse(Advice.of(language).heading(heading).isBlank());
      }
    }
  }

  private static List<String> found(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(matcher.groupCount()));
    }
    Collections.sort(found); // a language has its own order of words
    return found;
  }

  private static Properties texts(Locale language) {
    Properties texts = new Properties();
    load(texts, language);
    return texts;
  }

  private static void load(Properties into, Locale language) {
    String name = "Advice_" + language + ".properties";
    try (Reader reader =
        new InputStreamReader(Advice.class.getResourceAsStream(name), StandardCharsets.UTF_8)) {
      into.load(reader);
    } catch (IOException e) {
      fail(name, e);
    }
  }
}
