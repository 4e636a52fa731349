package dev.millrace.sim;

/** What a trial asks for. */
public enum TrialMode {
  /** Faults all along: nothing may be lost in silence, invented, or told twice. */
  SAFETY,
  /** The faults end after a while; then everything has to finish. */
  LIVENESS
}
