package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.OutsideProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a timeline derives of the kernel is held against what strace sees of it. */
@Timeout(180)
class SystemCallsSeenTest {
  private static final Pattern DERIVED =
      Pattern.compile("(\\w+)\\(2\\) = (a part|-?\\d+)(?: (E[A-Z]+))?");

  /** Each of the kernel's steps has a call of ours before it, with that result. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "econnreset-on-read",
        "clean-end-after-failed-write",
        "own-shutdown-then-write",
        "epipe-after-close",
        "reset-after-fin",
        "read-idle",
        "partial-write",
        "file-shrinks",
      })
  void whatIsDerivedIsWhatTheKernelReturned(String name) throws IOException {
    OutsideProgram.require("strace");
    List<String> since = new ArrayList<>();
    int derived = 0;
    List<Trace.Line> lines = Trace.of(Experiments.named(name).orElseThrow());
    for (Trace.Line line : lines) {
      if (line.call() != null) {
        since.add(line.call());
        continue;
      }
      if (line.step().actor() == Actor.KERNEL) {
        derived++;
        Matcher step = DERIVED.matcher(line.step().what());
        assertTrue(step.matches(), line.step()::what);
        String result = step.group(2).equals("a part") ? "[1-9]\\d*" : step.group(2);
        String errno = step.group(3) == null ? "" : " " + step.group(3) + " .*";
        Pattern call = Pattern.compile("ours +" + step.group(1) + "v?\\(.*\\) = " + result + errno);
        assertTrue(
            since.stream().anyMatch(each -> call.matcher(each).matches()),
            () -> line.step() + " is none of " + since);
      }
      // The JDK's step tells of the same call as the kernel's; and what Millrace met its record
      // tells at the end.
      if (line.step().lane() == Lane.NIO && line.step().actor() != Actor.JDK) {
        since.clear();
      }
    }
    assertTrue(derived > 0, () -> "no step of the kernel's in " + lines);
  }

  /** The second read after a reset throws again, and the kernel was not asked. */
  @Test
  void theJdkRemembersAReset() throws IOException {
    OutsideProgram.require("strace");
    List<Trace.Line> lines = Trace.of(Experiments.named("econnreset-on-read").orElseThrow());
    long reads =
        lines.stream()
            .filter(l -> l.call() != null && l.call().matches("ours +read\\(.*ECONNRESET.*"))
            .count();
    assertEquals(2, reads, "one of bare NIO, one of Millrace");
  }

  @Test
  void callsOfOtherDescriptorsAndBeforeTheFirstStepAreLeftOut() {
    List<Trace.Line> lines =
        Trace.read(
            List.of(
                "7 socket(AF_INET6, SOCK_STREAM, IPPROTO_IP) = 4",
                "7 connect(4, {sa_family=AF_INET6, sin6_port=htons(1)}, 28) = 0",
                "7 write(3, \"@lab NIO\\tPEER\\tsays \\\"x\\\"\\n\", 9) = 9",
                "8 read(9, \"\\312\\376\", 8192) = 2",
                "7 accept(5, 0x7feabeb1dd80, [28]) = -1 EAGAIN (Resource temporarily unavailable)",
                "7 socket(AF_INET6, SOCK_STREAM, IPPROTO_IP) = 5",
                "7 listen(5, 50) = 0",
                "7 accept4(5, {sa_family=AF_INET6}, [28], SOCK_CLOEXEC) = 6",
                "7 write(4, \"a) = 3\\\"\"..., 10 <unfinished ...>",
                "8 read(9, \"\", 8192) = 0",
                "7 <... write resumed>) = 10",
                "7 write(6, \"x\", 1) = -1 EPIPE (Broken pipe)",
                "7 --- SIGPIPE {si_signo=SIGPIPE, si_code=SI_USER} ---",
                "7 close(6) = 0",
                "7 read(6, \"a file's\", 8192) = 8",
                "7 write(3, \"@lab end\\n\", 9) = 9",
                "7 close(4) = 0",
                "nonsense"));
    List<String> shown =
        lines.stream().map(l -> l.call() != null ? l.call() : l.step().toString()).toList();
    assertEquals(
        List.of(
            "PEER says \"x\"",
            "listener listen(5, 50) = 0",
            "listener accept4(5, ..., [28], SOCK_CLOEXEC) = 6",
            "peer     write(4, ..., 10) = 10",
            "ours     write(6, ..., 1) = -1 EPIPE (Broken pipe)",
            "--- SIGPIPE ---",
            "ours     close(6) = 0"),
        shown);
  }
}
