package dev.millrace.bench.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** System calls of a process that makes a known number of them. */
@Timeout(120)
class CallsByStraceTest {
  @Test
  void writesAreCountedOneByOne() throws IOException {
    Optional<String> unavailable = SyscallCounter.unavailable();
    assumeTrue(unavailable.isEmpty(), () -> "not tested here: " + unavailable.orElse(""));
    try (Child child = Child.start(List.of())) {
      child.order("write 1");
      try (SyscallCounter.Window window = SyscallCounter.open(child.pid())) {
        child.order("write 321");
        Syscalls calls = window.end();
        assertEquals(321 + 1, calls.calls("write"), calls.toString()); // and the answer
        assertTrue(calls.total() >= 322);
        assertEquals(0, calls.calls("fork"));
        assertThrows(IllegalStateException.class, window::end);
      }
      child.order("write 1"); // nothing holds it any more
    }
  }

  @Test
  void aProcessThatIsNotThereSaysSo() throws IOException {
    Optional<String> unavailable = SyscallCounter.unavailable();
    assumeTrue(unavailable.isEmpty(), () -> "not tested here: " + unavailable.orElse(""));
    long pid;
    try (Child child = Child.start(List.of())) {
      pid = child.pid();
    }
    String message =
        assertThrows(IllegalStateException.class, () -> SyscallCounter.open(pid)).getMessage();
    assertTrue(message.startsWith("strace: attach: ") && message.contains("" + pid), message);
  }

  @Test
  void aTableWithErrors() {
    Syscalls calls =
        Syscalls.parse(
            """
            % time     seconds  usecs/call     calls    errors syscall
            ------ ----------- ----------- --------- --------- ----------------
             99.75    0.000401           0      1000           write
              0.25    0.000001           1        20         7 read
              0.00    0.000000           0         1           epoll_wait
            ------ ----------- ----------- --------- --------- ----------------
            100.00    0.000402           0      1021         7 total
            """);
    assertEquals(
        Map.of(
            "write", new Syscalls.Calls(1000, 0),
            "read", new Syscalls.Calls(20, 7),
            "epoll_wait", new Syscalls.Calls(1, 0)),
        calls.byName());
    assertEquals(List.of("write", "read", "epoll_wait"), List.copyOf(calls.byName().keySet()));
    assertEquals(1021, calls.total());
    assertEquals(0, calls.calls("accept4"));
  }

  /** Older ones leave a gap in the last line, and other locales write commas. */
  @Test
  void aTableOfAnotherVersion() {
    Syscalls calls =
        Syscalls.parse(
            """
            % time     seconds  usecs/call     calls    errors syscall
            ------ ----------- ----------- --------- --------- ----------------
            100,00    0,000060          15         4         4 restart_syscall
            ------ ----------- ----------- --------- --------- ----------------
            100,00    0,000060                     4         4 total
            """);
    assertEquals(Map.of("restart_syscall", new Syscalls.Calls(4, 4)), calls.byName());
  }

  @Test
  void noCallAtAll() {
    assertEquals(0, Syscalls.parse("").total());
  }

  @Test
  void aTableWithoutAnEndIsNone() {
    assertEquals(
        "strace: its table has no end",
        assertThrows(
                IllegalStateException.class, () -> Syscalls.parse(" 99.75 0.000401 0 10 write\n"))
            .getMessage());
    assertEquals(
        "strace: prints what is not understood: what?",
        assertThrows(IllegalStateException.class, () -> Syscalls.parse("what?\n")).getMessage());
  }

  @Test
  void aRefusalIsOneLine() {
    assertEquals(
        "strace: attach: ptrace(PTRACE_SEIZE, 77): Operation not permitted"
            + " (see ptrace_scope in ptrace(2); a container may forbid it too)",
        SyscallCounter.refusal(
            "strace: attach: ptrace(PTRACE_SEIZE, 77): Operation not permitted\n"));
    assertEquals(
        "strace: attach: ptrace(PTRACE_SEIZE, 99): No such process",
        SyscallCounter.refusal("strace: attach: ptrace(PTRACE_SEIZE, 99): No such process\n"));
    assertEquals("strace: it did not attach and gave no reason", SyscallCounter.refusal("\n"));
  }
}
