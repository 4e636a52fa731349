package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.WriteResult;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A write fails while more input is being read in the same event: who writes the next answer is
 * told that it goes nowhere. The campaign's planted bugs showed that no scenario asks for the
 * answer itself, since the bytes are counted as unsent either way.
 */
@Timeout(60)
class WriteBehindAFailedOneTest {

  @Test
  void isRefusedAsClosed() {
    List<WriteResult> answers = new ArrayList<>();
    Trials.of(
            trial -> {
              trial.faults(FaultPlan.none().with(FaultKind.WRITE_ERROR, 1));
              trial.server(
                  () ->
                      (connection, data) -> {
                        answers.add(connection.write(data));
                        data.position(data.limit());
                      });
              SimPeer peer = trial.peer(p -> p.sendPattern(1, 3_000).awaitEnd());
              trial.check(
                  () -> {
                    CloseRecord record = trial.recordOf(peer);
                    assertEquals(3_000, record.bytesReceived());
                    assertEquals(0, record.bytesHandedToKernel());
                    assertEquals(1_024, record.bytesUnsent());
                  });
            })
        // Three reads a message: the first answer fails before the second read is offered.
        .loopOptions(dice -> Stage.options().withReadBufferBytes(1_024))
        .run(1);
    assertTrue(answers.size() > 1, () -> "read at once: " + answers);
    assertEquals(WriteResult.ACCEPTED, answers.get(0));
    for (WriteResult later : answers.subList(1, answers.size())) {
      assertEquals(WriteResult.CLOSED, later);
    }
  }
}
