package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are no evidence are not kept, and only equality is a match. */
class TextProvesNothingTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "   ",
        "????????????????",
        "\uFFFD\uFFFD\uFFFD",
        "????? ??????",
        "?????? (TCP)",
        "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD (TCP)"
      })
  void ruinedTextIsRejected(String text) {
    Map<FailureKind, String> heard = new EnumMap<>(FailureKind.class);
    heard.put(FailureKind.EPIPE, text);
    heard.put(FailureKind.ECONNRESET, "Connection reset by peer");

    FailureTexts texts = FailureTexts.of(heard);

    assertFalse(texts.isLearned(FailureKind.EPIPE));
    assertTrue(texts.match(text).isEmpty());
    assertTrue(texts.isLearned(FailureKind.ECONNRESET));
  }

  @Test
  void equalTextsAreBothRejected() {
    FailureTexts texts =
        FailureTexts.of(
            Map.of(
                FailureKind.EPIPE, "Fehler",
                FailureKind.ECONNRESET, "Fehler",
                FailureKind.ECONNREFUSED, "abgelehnt"));

    assertFalse(texts.isLearned(FailureKind.EPIPE));
    assertFalse(texts.isLearned(FailureKind.ECONNRESET));
    assertTrue(texts.match("Fehler").isEmpty());
    assertEquals(Optional.of(FailureKind.ECONNREFUSED), texts.match("abgelehnt"));
  }

  @Test
  void oneLostLetterIsForgiven() {
    FailureTexts texts = FailureTexts.of(Map.of(FailureKind.ECONNRESET, "zur?ckgesetzt"));

    assertEquals(Optional.of(FailureKind.ECONNRESET), texts.match("zur?ckgesetzt"));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "broken pipe", "Broken pipe ", "Broken pipe: /127.0.0.1:1", "Broken"})
  void onlyEqualityMatches(String text) {
    FailureTexts texts = FailureTexts.of(Map.of(FailureKind.EPIPE, "Broken pipe"));

    assertTrue(texts.match(text).isEmpty());
  }

  @Test
  void noneMatchesNothing() {
    assertTrue(FailureTexts.none().match("Broken pipe").isEmpty());
    assertSame(FailureTexts.none(), FailureTexts.none());
    for (FailureKind kind : FailureKind.values()) {
      assertFalse(FailureTexts.none().isLearned(kind));
    }
  }

  @Test
  void theLineAtTheStartSaysWhatWasLearned() {
    FailureTexts texts =
        FailureTexts.of(Map.of(FailureKind.EPIPE, "Daten\u00fcbergabe unterbrochen"));

    assertEquals("FailureTexts{EPIPE=Daten\u00fcbergabe unterbrochen}", texts.toString());
    assertEquals("FailureTexts{}", FailureTexts.none().toString());
  }

  @Test
  void laterChangesOfTheMapAreNotSeen() {
    Map<FailureKind, String> heard = new EnumMap<>(FailureKind.class);
    heard.put(FailureKind.EPIPE, "Broken pipe");
    FailureTexts texts = FailureTexts.of(heard);

    heard.clear();

    assertTrue(texts.isLearned(FailureKind.EPIPE));
  }
}
