package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NameIsWrongTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "bob",
        "Bob-2",
        "x_y.z",
        "007",
        "Zoë",
        "李雷",
        "नमस्ते",
        "12345678901234567890123456789012"
      })
  void theseAreNames(String name) {
    assertNull(Nickname.faultOf(name));
    assertEquals(name, Nickname.of(name).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "-a",
        "_",
        ".",
        "*",
        "<a>",
        "a/b",
        "a\tb",
        "a\u001b[1m",
        "a\u0000",
        "a\u007f",
        "a\u009b",
        "a\u200b",
        "a\u202e",
        "a\u2028",
        "\u0301a",
        "a\u00a0",
        "😀",
        "a\u2066",
        "a\ufeff",
        "123456789012345678901234567890123",
        "ééééééééééééééééé"
      })
  void theseAreNot(String name) {
    assertNotNull(Nickname.faultOf(name));
  }

  @Test
  void theSameInAnotherCaseWidthOrCompositionIsTheSame() {
    assertEquals(Nickname.of("bob").key(), Nickname.of("BoB").key());
    assertEquals(Nickname.of("zo\u00eb").key(), Nickname.of("zoe\u0308").key());
    assertEquals(Nickname.of("bob").key(), Nickname.of("\uff42\uff4f\uff42").key());
    assertEquals(Nickname.of("stra\u00dfe").key(), Nickname.of("STRASSE").key());
    assertNotEquals(Nickname.of("bob").key(), Nickname.of("bob2").key());
  }
}
