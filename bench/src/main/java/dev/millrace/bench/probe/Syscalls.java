package dev.millrace.bench.probe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The system calls of a process in a window.
 *
 * @param byName those that were made, most time first
 */
public record Syscalls(Map<String, Calls> byName) {
  /**
   * Those of one name.
   *
   * @param calls all of them
   * @param errors those that failed: a read of a socket that had nothing, for one
   */
  public record Calls(long calls, long errors) {}

  /** System calls that stay as they are. */
  public Syscalls {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** How many there were of one name. */
  public long calls(String name) {
    Calls calls = byName.get(name);
    return calls == null ? 0 : calls.calls();
  }

  /** How many there were. */
  public long total() {
    return byName.values().stream().mapToLong(Calls::calls).sum();
  }

  /**
   * Reads the table of {@code strace -c}: nothing at all if there was no call.
   *
   * @throws IllegalStateException if it is no such table, or not a whole one
   */
  static Syscalls parse(String summary) {
    Map<String, Calls> byName = new LinkedHashMap<>();
    boolean isWhole = true;
    for (String line : summary.lines().toList()) {
      // % time, seconds, usecs/call, calls, errors if any, name
      String[] fields = line.trim().split(" +", -1);
      String name = fields[fields.length - 1];
      if (line.isBlank() || line.startsWith("%") || line.startsWith("-")) {
        continue;
      }
      if (name.equals("total")) {
        isWhole = true; // what else is in this line differs from version to version
        continue;
      }
      if (fields.length != 5 && fields.length != 6) {
        throw new IllegalStateException("strace: prints what is not understood: " + line);
      }
      isWhole = false;
      long errors = fields.length == 6 ? Long.parseLong(fields[4]) : 0;
      byName.put(name, new Calls(Long.parseLong(fields[3]), errors));
    }
    if (!isWhole) {
      throw new IllegalStateException("strace: its table has no end");
    }
    return new Syscalls(byName);
  }
}
