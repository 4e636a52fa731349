package dev.millrace.bench.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A small program in a simulated processor: it echoes lines, one read and one write for each. */
@Timeout(120)
class InstructionsByCallgrindTest {
  @Test
  void theSameWorkCostsTheSameAndTwiceOfItTwice() throws IOException {
    List<String> reasons = new ArrayList<>();
    CallgrindCounter counter = CallgrindCounter.here(reasons::add).orElse(null);
    assumeTrue(counter != null, () -> "not tested here: " + reasons);
    List<String> command = new ArrayList<>(counter.prefix());
    command.add("cat");
    Process cat =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (counter) {
      echo(cat, 10); // what is done the first time is done
      long hundred = count(counter, cat, 100);
      assertTrue(hundred > 0);
      assertEquals(hundred, count(counter, cat, 100));
      long twoHundred = count(counter, cat, 200);
      // Beside the lines there is nothing but the way into and out of the first and last wait.
      assertEquals(2.0, (double) twoHundred / hundred, 0.01);
    } finally {
      cat.destroyForcibly().onExit().join();
      cat.getOutputStream().close();
      cat.getInputStream().close();
    }
  }

  private static long count(CallgrindCounter counter, Process cat, int lines) throws IOException {
    try (InstructionCounter.Window window = counter.open(cat.pid())) {
      echo(cat, lines);
      Instructions spent = window.end();
      assertEquals(1, spent.threads().size());
      assertEquals(cat.pid(), spent.threads().get(0).tid());
      assertEquals(OptionalLong.empty(), spent.kernel());
      assertEquals(List.of("Instructions of the kernel are not counted."), spent.notes());
      assertThrows(IllegalStateException.class, window::end);
      return spent.userWithoutJit();
    }
  }

  private static void echo(Process cat, int lines) throws IOException {
    byte[] line = "a line\n".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < lines; i++) {
      cat.getOutputStream().write(line);
      cat.getOutputStream().flush();
      assertArrayEquals(line, cat.getInputStream().readNBytes(line.length));
    }
  }

  @Test
  void aProcessThatIsNotSimulatedSaysSo() throws IOException {
    List<String> reasons = new ArrayList<>();
    CallgrindCounter counter = CallgrindCounter.here(reasons::add).orElse(null);
    assumeTrue(counter != null, () -> "not tested here: " + reasons);
    try (counter) {
      long own = ProcessHandle.current().pid();
      String message =
          assertThrows(IllegalStateException.class, () -> counter.open(own)).getMessage();
      assertTrue(message.startsWith("callgrind: process " + own + " "), message);
    }
  }

  @Test
  void threadsAreFoundInTheSchedulersReport() {
    assertEquals(
        Map.of(1L, 9062L, 2L, 9064L, 13L, 9075L),
        CallgrindCounter.threads(
            """
            sending command v.info scheduler to pid 9062

            host stacktrace:
            ==9062==    at 0x58020C4A: ??? (in /usr/libexec/valgrind/callgrind-amd64-linux)

            sched status:
              running_tid=2

            Thread 1: status = VgTs_WaitSys syscall 202 (lwpid 9062)
            ==9062==    at 0x48F9F16: __futex_abstimed_wait_common (futex-internal.c:57)
            client stack range: [0x1FFEFFA000 0x1FFF000FFF] client SP: 0x1FFEFFC280

            Thread 2: status = VgTs_Runnable (lwpid 9064)
            Thread 13: status = VgTs_Yielding (lwpid 9075)
            """));
  }

  @Test
  void aCountIsInTheTotals() throws IOException {
    assertEquals(
        new CallgrindCounter.Dump(9, 140406469),
        dump(
            """
            # callgrind format
            version: 1
            creator: callgrind-3.19.0
            pid: 9062
            cmd:  java -cp . Bare 7901
            part: 1
            thread: 9

            desc: Trigger: Client Request: DUMP
            positions: line
            events: Ir
            summary: 140406469

            fn=(1) totals of a function
            0 5

            totals: 140406469
            """));
  }

  @Test
  void aCountOfSomethingElseOrCutOffIsNone() {
    assertEquals(
        "not instructions (Ir) but 'Dr Ir' were counted",
        assertThrows(IOException.class, () -> dump("thread: 1\nevents: Dr Ir\ntotals: 5 6\n"))
            .getMessage());
    assertEquals(
        "there is no line 'totals:'",
        assertThrows(IOException.class, () -> dump("thread: 1\nevents: Ir\n")).getMessage());
  }

  private static CallgrindCounter.Dump dump(String text) throws IOException {
    return CallgrindCounter.Dump.parse(new BufferedReader(new StringReader(text)));
  }
}
