package dev.millrace.examples.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NoFontsHereTest {
  @Test
  void aJdkWithoutFontsIsOneLine() {
    Optional<String> why =
        Fonts.unavailable(
            () -> {
              throw new InternalError(
                  new IllegalStateException("Fontconfig head is null, check your fonts"));
            });
    assertEquals(
        Optional.of(
            "this JDK finds no fonts here to draw with"
                + " (java.lang.IllegalStateException: Fontconfig head is null, check your fonts)"),
        why);
    assertFalse(Fonts.unavailable(() -> {}).isPresent());
  }
}
