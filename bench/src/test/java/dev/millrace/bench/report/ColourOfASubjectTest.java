package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.awt.Color;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ColourOfASubjectTest {
  @Test
  void theSameInWhateverCompany() {
    Map<String, Color> all =
        Palette.of(List.of("c-epoll", "bare", "bare-timeouts", "millrace", "netty-nio", "other"));
    Map<String, Color> few = Palette.of(List.of("netty-nio", "millrace"));
    assertEquals(all.get("millrace"), few.get("millrace"));
    assertEquals(all.get("netty-nio"), few.get("netty-nio"));
    assertNotEquals(all.get("bare"), all.get("bare-timeouts"));
  }

  @Test
  void differentOnesForThoseOfOneName() {
    List<String> subjects = List.of("millrace", "millraceLoop", "netty-nio", "netty", "x", "y");
    assertEquals(subjects.size(), new HashSet<>(Palette.of(subjects).values()).size());
  }

  @Test
  void moreSubjectsThanColours() {
    List<String> subjects = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
    assertEquals(subjects.size(), Palette.of(subjects).size());
  }
}
