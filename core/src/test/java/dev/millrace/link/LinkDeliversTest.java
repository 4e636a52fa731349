package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link in a network that works. */
@Timeout(60)
class LinkDeliversTest {
  @Test
  void messagesArriveInOrderAreAcknowledgedAndTheCloseWaitsForThat() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link());
      g.send("a", "b", "");
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      assertEquals(List.of("1 a", "2 b", "3 "), g.got);
      assertTrue(g.report.isComplete());
      assertEquals(List.of("NEW at 0", "BYE at 3"), g.sessions);
      assertEquals(
          List.of(
              "IDLE to CONNECTING",
              "CONNECTING to UP",
              "acknowledged 3",
              "UP to CLOSED",
              "closed, NONE, 0 left"),
          g.told);
      g.checkNothingIsLeft();
    }
  }
}
