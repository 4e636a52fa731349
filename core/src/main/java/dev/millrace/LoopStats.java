package dev.millrace;

/**
 * What is on a loop at one moment.
 *
 * @param registered listeners and connections on the selector, those closed in this turn included
 * @param timers timers that are armed, the machine's own included: one a connection at the most
 * @param queuedBytes output that the kernel has not taken, by capacity of the buffers that hold it
 * @param lentBytes pooled buffers that are out, for output and for kept input, by capacity
 */
public record LoopStats(int registered, int timers, long queuedBytes, long lentBytes) {}
