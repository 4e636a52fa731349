package dev.millrace.bench.probe;

import java.util.List;
import java.util.OptionalLong;

/**
 * The instructions that a process executed in a window.
 *
 * @param threads by thread, those also such as executed none
 * @param notes what to beware of, a sentence each: for below a table
 */
public record Instructions(List<ThreadInstructions> threads, List<String> notes) {
  /**
   * How many of the instructions may be the compilers' in a window that counts as quiet: half a
   * percent. They can be left out, but code that is compiled just now is slower code until then.
   */
  public static final double QUIET_JIT_SHARE = 0.005;

  /** Instructions whose threads stay as they are. */
  public Instructions {
    threads = List.copyOf(threads);
    notes = List.copyOf(notes);
  }

  /** In user mode, of all threads. */
  public long user() {
    return threads.stream().mapToLong(ThreadInstructions::user).sum();
  }

  /** In user mode, of all threads but the JVM's compilers. */
  public long userWithoutJit() {
    return user() - jit();
  }

  /** In the kernel, of all threads; missing where nobody counts them. */
  public OptionalLong kernel() {
    return threads.stream().allMatch(thread -> thread.kernel().isPresent())
        ? OptionalLong.of(threads.stream().mapToLong(t -> t.kernel().getAsLong()).sum())
        : OptionalLong.empty();
  }

  /** In user mode, of the JVM's compilers. */
  public long jit() {
    return threads.stream()
        .filter(thread -> thread.role() == ThreadRole.JIT)
        .mapToLong(ThreadInstructions::user)
        .sum();
  }

  /** Whether no more than {@link #QUIET_JIT_SHARE} was the compilers'. */
  public boolean isQuiet() {
    return jit() <= user() * QUIET_JIT_SHARE;
  }
}
