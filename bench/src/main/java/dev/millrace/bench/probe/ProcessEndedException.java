package dev.millrace.bench.probe;

/** A process was asked what it cost when it was not there any more. */
public final class ProcessEndedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  ProcessEndedException(long pid) {
    super("process " + pid + " has ended: there is nothing left to read of it");
  }
}
