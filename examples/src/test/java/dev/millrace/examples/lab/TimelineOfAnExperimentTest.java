package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What some experiments show, step by step. */
@Timeout(60)
class TimelineOfAnExperimentTest {
  private static final LabContext CONTEXT = LabContext.create();

  private static void assertSteps(String name, String... expected) {
    Timeline timeline = Experiments.named(name).orElseThrow().run(CONTEXT);
    List<String> steps =
        timeline.steps().stream()
            .map(step -> (step.lane() == Lane.NIO ? "nio " : "    ") + step)
            .toList();
    assertEquals(String.join("\n", expected), String.join("\n", steps));
  }

  @Test
  void resetHeardOfByARead() {
    assertSteps(
        "econnreset-on-read",
        "nio PEER connects",
        "nio PEER sends a reset",
        "nio KERNEL read(2) = -1 ECONNRESET",
        "nio JDK read throws java.net.SocketException",
        "nio JDK read throws java.net.SocketException",
        "nio KERNEL write(2) = -1 EPIPE",
        "nio JDK write throws java.io.IOException",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER sends a reset",
        "    KERNEL read(2) = -1 ECONNRESET",
        "    JDK read throws java.net.SocketException",
        "    MILLRACE onClosed: ECONNRESET in OPEN, now CLOSED");
  }

  @Test
  void twoWritesThatFail() {
    assertSteps(
        "epipe-after-failed-write",
        "nio PEER connects",
        "nio PEER sends a reset",
        "nio KERNEL write(2) = -1 ECONNRESET",
        "nio JDK write throws java.io.IOException",
        "nio KERNEL write(2) = -1 EPIPE",
        "nio JDK write throws java.io.IOException",
        "nio KERNEL read(2) = 0",
        "nio JDK read returns -1",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER sends a reset",
        "    MILLRACE write 10 B: ACCEPTED",
        "    KERNEL write(2) = -1 ECONNRESET",
        "    JDK write throws java.io.IOException",
        "    MILLRACE onClosed: ECONNRESET in OPEN, now CLOSED",
        "    MILLRACE write 10 B: CLOSED");
  }

  @Test
  void ownShutdownIsNoBrokenPipeToJava() {
    assertSteps(
        "own-shutdown-then-write",
        "nio PEER connects",
        "nio JDK the program calls shutdownOutput()",
        "nio KERNEL write(2) = -1 EPIPE",
        "nio JDK write throws java.nio.channels.AsynchronousCloseException",
        "nio PEER sends 5 B",
        "nio KERNEL read(2) = 5",
        "nio JDK read returns 5",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    MILLRACE the program calls shutdownOutput()",
        "    MILLRACE OPEN -> OPEN_ENDING",
        "    MILLRACE write 10 B: CLOSED",
        "    PEER sends 5 B",
        "    PEER closes",
        "    MILLRACE onData",
        "    MILLRACE OPEN_ENDING -> OPEN_ENDED",
        "    MILLRACE onInputEnd",
        "    MILLRACE onClosed: NONE in OPEN_ENDED, now CLOSED");
  }

  @Test
  void aResetThatLooksLikeACleanEnd() {
    assertSteps(
        "clean-end-after-failed-write",
        "nio PEER connects",
        "nio PEER sends 14 B",
        "nio PEER sends a reset",
        "nio KERNEL write(2) = -1 ECONNRESET",
        "nio JDK write throws java.io.IOException",
        "nio KERNEL read(2) = 14",
        "nio JDK read returns 14",
        "nio KERNEL read(2) = 0",
        "nio JDK read returns -1",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER sends 14 B",
        "    PEER sends a reset",
        "    MILLRACE write 10 B: ACCEPTED",
        "    MILLRACE onData",
        "    KERNEL write(2) = -1 ECONNRESET",
        "    JDK write throws java.io.IOException",
        "    MILLRACE onClosed: ECONNRESET in OPEN, now CLOSED");
  }

  @Test
  void aResetBehindAFin() {
    assertSteps(
        "reset-after-fin",
        "nio PEER connects",
        "nio PEER sends its FIN, and goes on reading",
        "nio KERNEL read(2) = 0",
        "nio JDK read returns -1",
        "nio PEER sends a reset",
        "nio KERNEL read(2) = 0",
        "nio JDK read returns -1",
        "nio KERNEL read(2) = 0",
        "nio JDK read returns -1",
        "nio KERNEL write(2) = -1 EPIPE",
        "nio JDK write throws java.io.IOException",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER sends its FIN, and goes on reading",
        "    MILLRACE OPEN -> ENDED_OPEN",
        "    MILLRACE onInputEnd",
        "    PEER sends a reset",
        "    MILLRACE the reset goes unnoticed: ENDED_OPEN",
        "    KERNEL write(2) = -1 EPIPE",
        "    JDK write throws java.io.IOException",
        "    MILLRACE onClosed: EPIPE in ENDED_OPEN, now CLOSED");
  }

  @Test
  void anAnswerThatIsLostAndOneThatIsNot() {
    assertSteps(
        "lost-answer",
        "nio PEER connects",
        "nio PEER sends 10 B",
        "nio KERNEL read(2) = 10",
        "nio JDK read returns 10",
        "nio PEER sends 1 B",
        "nio KERNEL write(2) = 4194304",
        "nio JDK write returns 4194304",
        "nio JDK the program calls close()",
        "nio PEER reads on, and the end is a reset",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER sends 10 B",
        "    MILLRACE onData",
        "    MILLRACE write 4,194,304 B: ACCEPTED",
        "    MILLRACE the program calls close()",
        "    MILLRACE OPEN -> OPEN_DRAINING",
        "    PEER sends 1 B",
        "    MILLRACE OPEN_DRAINING -> OPEN_LINGERING",
        "    PEER reads on, and the end is a FIN",
        "    PEER closes",
        "    MILLRACE onClosed: NONE in OPEN_LINGERING, now CLOSED");
  }

  @Test
  void aCloseThatWaitsForASelect() {
    assertSteps(
        "linger-zero-while-registered",
        "nio PEER connects",
        "nio JDK the program calls close() with SO_LINGER 0",
        "nio PEER sees nothing",
        "nio JDK the program calls selectNow()",
        "nio PEER reads on, and the end is a reset",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    MILLRACE the program calls abort()",
        "    MILLRACE onClosed: ABORTED in OPEN, now CLOSED",
        "    PEER reads on, and the end is a reset");
  }

  @Test
  void aMinuteOfSilenceThatTakesNoTime() {
    assertSteps(
        "read-idle",
        "nio PEER connects",
        "nio KERNEL read(2) = -1 EAGAIN",
        "nio JDK read returns 0",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    MILLRACE 59000 ms pass on the loop's clock",
        "    MILLRACE still OPEN",
        "    MILLRACE 2000 ms pass on the loop's clock",
        "    MILLRACE OPEN -> OPEN_LINGERING",
        "    PEER reads on, and the end is a FIN",
        "    PEER closes",
        "    MILLRACE onClosed: READ_IDLE in OPEN, now CLOSED");
  }

  @Test
  void aPeerThatNeverReads() {
    assertSteps(
        "write-stall",
        "nio PEER connects",
        "nio KERNEL write(2) = a part",
        "nio JDK write returns a part",
        "nio KERNEL write(2) = -1 EAGAIN",
        "nio JDK write returns 0",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    MILLRACE write 8,388,608 B: ACCEPTED",
        "    MILLRACE the kernel takes no more",
        "    MILLRACE 29000 ms pass on the loop's clock",
        "    MILLRACE still OPEN",
        "    MILLRACE 2000 ms pass on the loop's clock",
        "    MILLRACE onClosed: WRITE_STALL in OPEN, now CLOSED",
        "    PEER reads on, and the end is a reset");
  }

  @Test
  void aHandlerThatThrows() {
    assertSteps(
        "handler-throws",
        "nio PEER connects",
        "nio PEER sends 5 B",
        "nio JDK the exception comes out of select, and the loop is over",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER connects",
        "    MILLRACE onOpen",
        "    PEER sends 5 B",
        "    MILLRACE onData",
        "    MILLRACE logs ERROR 'handler threw culprit={}'",
        "    MILLRACE OPEN -> OPEN_LINGERING",
        "    PEER reads on, and the end is a FIN",
        "    PEER closes",
        "    MILLRACE onClosed: HANDLER_FAILED in OPEN, now CLOSED",
        "    PEER sends 5 B",
        "    MILLRACE onData",
        "    PEER reads 5 B",
        "    MILLRACE another connection still echoes");
  }
}
