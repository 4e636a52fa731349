package dev.millrace.bench.gate;

import java.util.Locale;

/** What may not be exceeded, and why it is so much and not more. */
enum Budget {
  ECHO_BYTES(
      0,
      Unit.BYTES,
      "bytes allocated per echo: what is allocated per event is collected under load"),
  ECHO_READS(1, Unit.CALLS, "reads per echo: a short read says that the socket is empty"),
  ECHO_WRITES(1, Unit.CALLS, "writes per echo: all that one event writes leaves together"),
  ECHO_SELECTS(1 / 64.0, Unit.CALLS, "polls per echo of 64 connections: one poll serves them all"),
  ECHO_INTEREST(0, Unit.CALLS, "interest set per echo: nothing about it changes"),
  ECHO_OTHERS(0, Unit.CALLS, "all other calls per echo"),

  PIPELINED_BYTES(0, Unit.BYTES, "bytes allocated per echo at depth 16"),
  PIPELINED_READS(1 / 16.0, Unit.CALLS, "reads per echo at depth 16: 16 come with one read"),
  PIPELINED_WRITES(1 / 16.0, Unit.CALLS, "writes per echo at depth 16: 16 answers leave with one"),
  PIPELINED_INTEREST(0, Unit.CALLS, "interest set per echo at depth 16"),

  HTTP_BYTES(0, Unit.BYTES, "bytes allocated per GET of a plaintext by the http example"),
  HTTP_PIPELINED_BYTES(0, Unit.BYTES, "bytes allocated per GET at depth 16"),
  HTTP_PIPELINED_WRITES(
      1 / 16.0, Unit.CALLS, "writes per GET at depth 16: 16 answers leave with one"),

  KV_PING_BYTES(0, Unit.BYTES, "bytes allocated per PING by the kv example, at depth 16"),
  KV_GET_BYTES(0, Unit.BYTES, "bytes allocated per GET of a value of 64 bytes, at depth 16"),
  KV_SET_BYTES(
      0,
      Unit.BYTES,
      "bytes allocated per SET of a key that has a value of the same length, at depth 16"),
  KV_PIPELINED_WRITES(1 / 16.0, Unit.CALLS, "writes per GET at depth 16: 16 values leave with one"),

  STALL_BYTES(
      0, Unit.BYTES, "bytes allocated per answer taken in 4 pieces: chunks come from a pool"),
  STALL_READS(1, Unit.CALLS, "reads per answer taken in 4 pieces"),
  STALL_WRITES(4, Unit.CALLS, "writes per answer taken in 4 pieces: one for each"),
  STALL_INTEREST(2, Unit.CALLS, "interest set per stall: OP_WRITE is armed once, and dropped once"),

  CONNECTION_BYTES(
      512,
      Unit.BYTES,
      "bytes allocated above the floor for accept, request, close: connection, timer, record; 320"
          + " (JDK 25) to 424 (JDK 17) are left by the JIT compiler of some 730 in the source"),
  CONNECTION_CALLS(
      1, Unit.CALLS, "calls above the floor for accept, request, close: the peer's address"),

  TIMER_SCHEDULE_CANCEL_BYTES(0, Unit.BYTES, "bytes allocated per schedule and cancel"),
  TIMER_REARM_BYTES(0, Unit.BYTES, "bytes allocated per re-arming"),
  TIMER_EXPIRY_BYTES(0, Unit.BYTES, "bytes allocated per timer that expires"),
  TIMER_FLATNESS(
      2,
      Unit.RATIO,
      "schedule and cancel with 100,000 others ÷ with none: the same steps (0.85 to 0.95 measured),"
          + " and room for a cache that others use as well"),

  TASK_BYTES(24.1, Unit.BYTES, "bytes allocated per task from another thread: one node of 24"),
  SEND_BYTES(
      24.1,
      Unit.BYTES,
      "bytes allocated per message from another thread: one node of 24; the measurement itself asks"
          + " to be told now and then, which is a 64th of a byte"),

  // The ratios: what ten runs measured on JDK 17 and 25, on a machine with five times as much work
  // as processors, and a quarter above the highest. Within a run the quartiles are some percent
  // apart; from run to run the JIT compiler's choices differ by more.
  HOT_LOOP_1(2.3, Unit.RATIO, "CPU per echo ÷ floor without a kernel, one ready key: 1.74 to 1.84"),
  HOT_LOOP_64(
      1.8, Unit.RATIO, "CPU per echo ÷ floor without a kernel, 64 ready keys: 1.17 to 1.43"),
  HOT_LOOP_1000(
      1.7, Unit.RATIO, "CPU per echo ÷ floor without a kernel, 1,000 ready keys: 1.11 to 1.35"),
  HOT_LOOP_STALL(
      2.5,
      Unit.RATIO,
      "CPU per answer taken in 4 pieces ÷ floor without a kernel: 1.62 to 2.01; the floor does not"
          + " count what it holds"),
  SOCKETS_1(
      1.4,
      Unit.RATIO,
      "CPU per echo ÷ floor over one socket of loopback, the kernel's included: 1.03 to 1.15"),
  SOCKETS_64(
      1.15,
      Unit.RATIO,
      "the same over 64 sockets: 1.00 to 1.03, whatever else the machine did; one needless read per"
          + " echo gave 1.15");

  private enum Unit {
    BYTES("B", "bytes"),
    CALLS("calls", "calls"),
    RATIO("×", "ratios");

    final String symbol;
    final String quantity;

    Unit(String symbol, String quantity) {
      this.symbol = symbol;
      this.quantity = quantity;
    }
  }

  private final double limit;
  private final Unit unit;
  private final String meaning;

  Budget(double limit, Unit unit, String meaning) {
    this.limit = limit;
    this.unit = unit;
    this.meaning = meaning;
  }

  /** The most that is allowed. */
  double limit() {
    return limit;
  }

  String unit() {
    return unit.symbol;
  }

  /** What all budgets of one unit are of. */
  String quantity() {
    return unit.quantity;
  }

  /** What is counted, and why the limit is what it is. */
  String meaning() {
    return meaning;
  }

  /** As it is shown: {@code echo-bytes}. */
  String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether a figure breaks it. */
  boolean isBrokenBy(double measured) {
    // A thousandth for what does not fit a double, like a 64th of calls counted in thousands.
    return !(measured <= limit + 0.001 * Math.max(limit, 1e-3));
  }
}
