package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Server-sent events, as the HTML standard frames them. */
@Timeout(30)
class EventsInFramesTest {
  @Test
  void anEventIsItsNameItsDataAndAnEmptyLine() {
    assertEquals("event: snapshot\ndata: {}\n\n", text(EventFrame.event("snapshot", "{}")));
  }

  @Test
  void everyLineOfDataIsAFieldOfItsOwn() {
    // Else the second line would be a field of an unknown name, or end the event.
    assertEquals(
        "event: e\ndata: a\ndata: b\ndata: \ndata: data: c\ndata: \n\n",
        text(EventFrame.event("e", "a\nb\r\n\rdata: c\n")));
  }

  @Test
  void noDataIsAnEventAllTheSame() {
    assertEquals("event: e\ndata: \n\n", text(EventFrame.event("e", "")));
  }

  @Test
  void theTimeToWaitBeforeAReconnect() {
    assertEquals("retry: 1000\n\n", text(EventFrame.retry(1_000)));
  }

  private static String text(ByteBuffer frame) {
    return StandardCharsets.UTF_8.decode(frame).toString();
  }
}
