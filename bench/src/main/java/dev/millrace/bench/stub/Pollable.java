package dev.millrace.bench.stub;

/** A channel as the selector sees it. */
interface Pollable {
  /** The operations that would not have to wait now, whoever asks. */
  int readyOps();
}
