/**
 * The machine: a loop, what listens and connects on it, and connections as state machines.
 *
 * <p>To start, five types are enough: {@link dev.millrace.Server} listens, {@link
 * dev.millrace.ConnectionHandler} is yours, {@link dev.millrace.Connection} is what it writes to,
 * {@link dev.millrace.CloseRecord} says why one ended, {@link dev.millrace.Limits} bounds it.
 *
 * <h2>The turn</h2>
 *
 * <p>{@link dev.millrace.EventLoop#turn} is all there is; everything below happens in one of its
 * phases, on one thread:
 *
 * <pre>
 *   poll        until the next timer, at once if there is work; each ready key is handled as it comes
 *   timersDue   what is due is collected, then fired
 *   tasks       from other threads, in the order of their calls
 *   flush       what was asked of a connection outside of its own events
 *   closes      the end is told, and channels are closed
 * </pre>
 *
 * <p>An <em>event</em> is what happens to one connection without another one in between: a ready
 * key, or its turn in the flush phase. During it small writes are staged in a buffer that the loop
 * has once; when it is over they leave with one system call. Callbacks never nest. What a callback
 * causes is noted and done after it has returned, round by round in one method ({@code
 * Connection.serve}); a close waits for the closes phase.
 *
 * <p>Closing is the last phase because of what the JDK does: a channel that is registered gives its
 * descriptor back, and sends its reset, only in the next select, which comes next.
 *
 * <h2>The states</h2>
 *
 * <p>Input and output of a connection end independently. These are the ways through {@link
 * dev.millrace.ConnectionState}, besides the one that ends all states alike; events that change
 * nothing are left out:
 *
 * <pre>
 *   CONNECTING ──CONNECTED──▶ OPEN
 *   CONNECTING ──CLOSE──▶ CLOSED
 *
 *   OPEN ──END_OUTPUT──▶ OPEN_ENDING ──FLUSHED──▶ OPEN_ENDED ──INPUT_END──▶ CLOSED
 *   OPEN ──CLOSE──▶ OPEN_DRAINING ──FLUSHED──▶ OPEN_LINGERING ──INPUT_END──▶ CLOSED
 *   OPEN_ENDING ──CLOSE──▶ OPEN_DRAINING
 *   OPEN_ENDED ──CLOSE──▶ OPEN_DRAINING
 *
 *   OPEN ──INPUT_END──▶ ENDED_OPEN ──END_OUTPUT──▶ ENDED_ENDING ──FLUSHED──▶ CLOSED
 *   OPEN_ENDING ──INPUT_END──▶ ENDED_ENDING
 *   OPEN_DRAINING ──INPUT_END──▶ ENDED_DRAINING ──FLUSHED──▶ CLOSED
 *   ENDED_OPEN ──CLOSE──▶ ENDED_DRAINING
 *   ENDED_ENDING ──CLOSE──▶ ENDED_DRAINING
 *
 *   any ──TERMINATE──▶ CLOSED
 * </pre>
 *
 * <p>"Reading paused" is no state: it is an input to the one function that computes what the
 * selector is asked for ({@code ConnectionState.interest}).
 *
 * <h2>Threads</h2>
 *
 * <p>A loop and all that lives on it belong to one thread. The doors for others are {@link
 * dev.millrace.EventLoop#execute} and {@link dev.millrace.Connection#sender}; every other method of
 * a connection throws, and names both threads.
 *
 * <h2>Who owns a buffer</h2>
 *
 * <ul>
 *   <li><em>Borrowed</em>: what {@code onData} is given, until it returns. In checked mode (on
 *       where assertions are) it is overwritten afterwards.
 *   <li><em>Copied</em>: what {@code write} is given; the caller has it back at once.
 *   <li><em>Given</em>: what {@code Sender.send} and {@code write(FileRegion)} accepted; the
 *       connection has it for good.
 * </ul>
 *
 * <h2>Errors</h2>
 *
 * <p>Whatever ends a connection ends in one {@link dev.millrace.CloseRecord}. Which reaction
 * follows is decided by operation, state and exception class ({@link dev.millrace.failure}), never
 * by a text. User code that throws ends its own connection, and nothing else.
 *
 * <ul>
 *   <li>A readable connection is read before it is written: only a read names a reset by its class,
 *       and a failed write makes the kernel forget it.
 *   <li>The first failure of a write is latched. What had arrived is still read and offered; a -1
 *       after it is no clean end.
 *   <li>After the peer's FIN there is no interest in reading any more: a channel at its end is
 *       ready for ever.
 *   <li>A close with unread input makes the kernel send a reset, which destroys what the peer has
 *       not read yet, most of a large answer. So {@code close()} sends the FIN, reads on and throws
 *       away, until the peer's FIN, a number of bytes, or a deadline.
 *   <li>With nothing to read and nothing to write the selector watches nothing, a reset neither;
 *       time-outs bound how long that goes unnoticed.
 * </ul>
 *
 * <h2>Rejected</h2>
 *
 * <ol>
 *   <li>A pipeline of handlers: what it passes on can't say who owns a buffer or which callback
 *       comes next.
 *   <li>Futures for writes: one allocation a write, for an answer that means less than it says.
 *   <li>Collecting ready keys before handling them: the array cost 60 instructions an echo, a tenth
 *       of a bare loop's, and gave nothing but a clock read a little later.
 *   <li>An interface between the connection and its channel: the hot path would pay for a second
 *       implementation that is not there. A world of one's own goes in below, as a {@code
 *       SelectorProvider}.
 *   <li>Freeing a descriptor at once by an extra {@code selectNow} a close: the next turn's poll
 *       does it before it waits.
 * </ol>
 *
 * <h2>Reading order</h2>
 *
 * <p>{@link dev.millrace.ConnectionState}, {@link dev.millrace.EventLoop}, {@code OutboundQueue},
 * {@code LoopMemory}, then {@link dev.millrace.Connection}, which is the hard one; {@code Listener}
 * and {@link dev.millrace.Server} last.
 *
 * <p>Left out so far, and therefore no state for it: TLS (a handshake would stand before OPEN); an
 * accept rate; eviction of the oldest idle connection at the cap; a minimum rate for slow readers.
 */
package dev.millrace;
