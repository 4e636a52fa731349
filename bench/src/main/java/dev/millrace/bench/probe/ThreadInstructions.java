package dev.millrace.bench.probe;

import java.util.OptionalLong;

/**
 * The instructions that one thread executed in a window.
 *
 * @param tid the kernel's number of it; 0 if it is not known
 * @param name at most 15 bytes of it
 * @param user in user mode
 * @param kernel in the kernel on its behalf; missing where nobody counts them
 */
public record ThreadInstructions(long tid, String name, long user, OptionalLong kernel) {
  /** What it is for, by its name. */
  public ThreadRole role() {
    return ThreadRole.of(name);
  }
}
