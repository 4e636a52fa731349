package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

@Timeout(60)
class DurationTextTest {
  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "2s, PT2S", "5m, PT5M", "1h, PT1H", "0, PT0S", "0s, PT0S"})
  void whatPeopleWriteIsUnderstood(String text, Duration expected) {
    assertEquals(expected, Durations.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"5", "-1s", "1.5s", "", "s", "5x", " 5s", "5s ", "5S", "1h5m", "1234567890s"})
  void anythingElseIsRefusedWithAnExample(String text) {
    TypeConversionException e =
        assertThrows(TypeConversionException.class, () -> Durations.parse(text));
    assertTrue(e.getMessage().contains("'" + text + "'"), e.getMessage());
    assertTrue(e.getMessage().contains("write 500ms, 2s, 5m or 1h"), e.getMessage());
  }

  @Test
  void aCenturyIsTheLongest() {
    assertEquals(Duration.ofDays(36_500), Durations.parse("876000h"));
    TypeConversionException e =
        assertThrows(TypeConversionException.class, () -> Durations.parse("876001h"));
    assertTrue(e.getMessage().contains("allowed is up to 876000h"), e.getMessage());
  }
}
