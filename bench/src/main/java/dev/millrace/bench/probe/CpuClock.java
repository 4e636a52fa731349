package dev.millrace.bench.probe;

/** Where the CPU time of a thread is read, and so how finely it is told. */
public enum CpuClock {
  /** {@code /proc/PID/task/TID/schedstat}: what the scheduler itself adds up. */
  SCHEDSTAT("nanoseconds; of a thread that runs at the moment, up to one timer tick old"),

  /** {@code /proc/PID/task/TID/stat}: of a kernel without {@code CONFIG_SCHED_INFO}. */
  TICKS("units of 10 ms only: this kernel has no schedstat");

  private final String resolution;

  CpuClock(String resolution) {
    this.resolution = resolution;
  }

  /** How fine, in words for a report. */
  public String resolution() {
    return resolution;
  }
}
