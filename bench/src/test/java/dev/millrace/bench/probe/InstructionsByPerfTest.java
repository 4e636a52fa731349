package dev.millrace.bench.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code perf stat -x} prints, in all the forms that it has. */
@Timeout(60)
class InstructionsByPerfTest {
  @Test
  void userAndKernelOfEachThread() {
    Instructions spent =
        PerfCounter.parse(
            """
            # started on Sat Nov 21 10:02:11 2026

            java-9683;675000;;instructions:u;478689892;100.00;0.95;insn per cycle
            C2 CompilerThre-9690;3000;;instructions:u;26878;100.00;1.10;insn per cycle
            VM Thread-9684;<not counted>;;instructions:u;0;100.00;;
            java-9683;12400000;;instructions:k;478689892;100.00;0.80;insn per cycle
            C2 CompilerThre-9690;500;;instructions:k;26878;100.00;0.50;insn per cycle
            VM Thread-9684;<not counted>;;instructions:k;0;100.00;;
            """);
    assertEquals(678_000, spent.user());
    assertEquals(675_000, spent.userWithoutJit());
    assertEquals(3_000, spent.jit());
    assertTrue(spent.isQuiet());
    assertEquals(OptionalLong.of(12_400_500), spent.kernel());
    assertEquals(List.of(), spent.notes());
    assertEquals(
        new ThreadInstructions(9684, "VM Thread", 0, OptionalLong.of(0)), spent.threads().get(2));
  }

  @Test
  void ofTheProcessAsAWhole() {
    Instructions spent =
        PerfCounter.parse(
            "1234567;;instructions:u;1000;100.00;;\n89;;instructions:k;1000;100.00;;");
    assertEquals(
        List.of(new ThreadInstructions(0, "", 1_234_567, OptionalLong.of(89))), spent.threads());
  }

  @Test
  void aNameMayHaveAnythingInIt() {
    Instructions spent =
        PerfCounter.parse("burn, (er) one;-9-9696;42;;instructions:u;478689892;100.00;;");
    assertEquals(
        List.of(new ThreadInstructions(9696, "burn, (er) one;-9", 42, OptionalLong.empty())),
        spent.threads());
  }

  /** As in de_DE, where the decimal point is a comma; a count has none. */
  @Test
  void ofAnotherLocale() {
    Instructions spent =
        PerfCounter.parse("305;;instructions:u;305946216;49,50;0,99;insn per cycle");
    assertEquals(305, spent.user());
    assertEquals(
        "Others used the counters too: instructions were counted for 50 % of the time and scaled"
            + " up.",
        spent.notes().get(0));
  }

  @Test
  void countersThatAreSharedAreSaidToBe() {
    Instructions spent =
        PerfCounter.parse(
            "a-1;1000;;instructions:u;9;74.96;;\nb-2;<not counted>;;instructions:u;0;0.00;;\n");
    assertEquals(
        List.of(
            "Others used the counters too: instructions were counted for 75 % of the time and"
                + " scaled up.",
            "For some threads no counter was free, and their instructions are missing.",
            "Instructions of the kernel are not counted."),
        spent.notes());
  }

  @Test
  void bothKindsOfCoresCount() {
    Instructions spent =
        PerfCounter.parse(
            """
            java-7;100;;cpu_core/instructions:u/;9;100.00;;
            java-7;20;;cpu_atom/instructions:u/;9;100.00;;
            java-7;3;;cpu_core/instructions/k;9;100.00;;
            java-7;<not counted>;;cpu_atom/instructions/k;0;100.00;;
            """);
    assertEquals(120, spent.user());
    assertEquals(OptionalLong.of(3), spent.kernel());
  }

  @Test
  void onlyTheKernelsAreNotSupported() {
    Instructions spent =
        PerfCounter.parse(
            "java-7;5;;instructions:u;9;100.00;;\njava-7;<not supported>;;instructions:k;0;100.00;;");
    assertEquals(5, spent.user());
    assertEquals(OptionalLong.empty(), spent.kernel());
    assertEquals(List.of("Instructions of the kernel are not counted."), spent.notes());
  }

  @Test
  void aMachineWithoutCounters() {
    String recorded =
        """
        java-9681;<not supported>;;instructions:u;0;100.00;;
        burn, (er) one;-9696;<not supported>;;instructions:u;0;100.00;;
        java-9681;<not supported>;;instructions:k;0;100.00;;
        """;
    assertEquals(
        "perf: this machine counts no instructions (<not supported>), as many virtual machines do"
            + " not",
        assertThrows(IllegalStateException.class, () -> PerfCounter.parse(recorded)).getMessage());
  }

  @Test
  void whatIsNotUnderstoodIsShown() {
    assertEquals(
        "perf: prints what is not understood: 1.234;;instructions:u;9;100.00;;",
        assertThrows(
                IllegalStateException.class,
                () -> PerfCounter.parse("1.234;;instructions:u;9;100.00;;"))
            .getMessage());
    assertEquals(
        "perf: printed no count",
        assertThrows(IllegalStateException.class, () -> PerfCounter.parse("\n")).getMessage());
  }

  @Test
  void aRefusalIsOneLine() {
    assertEquals(
        "Access to performance monitoring and observability operations is limited.",
        PerfCounter.refusal(
            """
            Events disabled
            Error:
            Access to performance monitoring and observability operations is limited.
            Consider adjusting /proc/sys/kernel/perf_event_paranoid setting to open
            """));
    assertEquals(
        "Problems finding threads of monitor",
        PerfCounter.refusal("Problems finding threads of monitor\n\n Usage: perf stat\n"));
    assertEquals("it gave no count and no reason", PerfCounter.refusal(""));
  }

  /** Here it works, or says why not: in both cases perf was started, told to count, and stopped. */
  @Test
  void whereItDoesNotWorkTheReasonIsOneLine() {
    List<String> reasons = new ArrayList<>();
    Optional<PerfCounter> counter = PerfCounter.here(reasons::add);
    if (counter.isEmpty()) {
      assertEquals(1, reasons.size(), reasons.toString());
      // Anything else would be a fault of ours.
      assertTrue(
          reasons
              .get(0)
              .matches("perf: (.* is not installed|.*counts no instructions .*|Access to .*)"),
          reasons.get(0));
      return;
    }
    try (InstructionCounter.Window window = counter.get().open(ProcessHandle.current().pid())) {
      assertTrue(window.end().user() > 0);
    }
  }
}
