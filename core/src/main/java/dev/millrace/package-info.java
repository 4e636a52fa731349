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
 * <h2>How to build a protocol on Millrace</h2>
 *
 * <p>A protocol is two things that don't know each other: a parser, bytes in and messages out, and
 * a handler that feeds it and answers. This is all of one. It takes netstrings, {@code 5:hello,},
 * and sends each back in capitals:
 *
 * <pre>{@code
 * final class Shout implements ConnectionHandler {
 *   private static final int MAX_BYTES = 9_999; // four digits, and far below Limits.maxKeptBytes
 *   private static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(10);
 *
 *   private boolean inMessage;
 *
 *   @Override
 *   public void onData(Connection connection, ByteBuffer data) {
 *     int size = 0;
 *     boolean hasRoom;
 *     while ((hasRoom = connection.room() > 0) && (size = sizeOf(data)) > 0) {
 *       connection.write(shouted(data, size)); // takes it out of data
 *     }
 *     if (size < 0) {
 *       connection.write(text("9:malformed,"));
 *       connection.close(); // where the next message begins nobody knows
 *       return;
 *     }
 *     boolean isPartOfOne = hasRoom && data.hasRemaining();
 *     if (isPartOfOne != inMessage) {
 *       inMessage = isPartOfOne;
 *       connection.deadline(isPartOfOne ? MESSAGE_TIMEOUT : Duration.ZERO);
 *     }
 *   }
 *
 *   @Override
 *   public void onDeadline(Connection connection) {
 *     connection.write(text("8:too late,")); // closed when this has returned
 *   }
 *
 *   // How long the message at the position is; 0 if it is not all there; below 0 if it is none.
 *   static int sizeOf(ByteBuffer data) {
 *     int length = 0;
 *     for (int at = data.position(); at < data.limit(); at++) {
 *       int digit = data.get(at) - '0';
 *       if (digit < 0 || digit > 9) {
 *         boolean isColon = data.get(at) == ':' && at > data.position();
 *         int size = at - data.position() + length + 2;
 *         return !isColon ? -1 : data.remaining() < size ? 0
 *             : data.get(data.position() + size - 1) == ',' ? size : -1;
 *       }
 *       length = 10 * length + digit;
 *       if (length > MAX_BYTES) {
 *         return -1;
 *       }
 *     }
 *     return 0;
 *   }
 *
 *   static ByteBuffer shouted(ByteBuffer data, int size) {
 *     ByteBuffer answer = ByteBuffer.allocate(size);
 *     while (answer.hasRemaining()) {
 *       answer.put((byte) Character.toUpperCase(data.get()));
 *     }
 *     return answer.flip();
 *   }
 *
 *   private static ByteBuffer text(String text) {
 *     return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
 *   }
 * }
 * }</pre>
 *
 * <ol>
 *   <li><b>Leave what is incomplete.</b> Take whole messages, move {@code data}'s position behind
 *       them, and return. The rest is kept and offered again with what follows, in one piece; so a
 *       parser has no buffer. One that looks at every byte remembers how far it has looked, else a
 *       peer that sends byte by byte makes it quadratic.
 *   <li><b>Bound a message</b> in the parser, below {@link dev.millrace.Limits#maxKeptBytes}: then
 *       the peer gets an answer. The core's own bound, behind it, gives none. A body of any length
 *       is no message: consume its parts as they come.
 *   <li><b>Ask for {@link dev.millrace.Connection#room} where one request may cause a large
 *       answer.</b> At 0 return, with the next message where it is: it is offered again when there
 *       is room, or {@code onWritable} is told. So one who asks and never reads costs no more than
 *       high water and one answer. A loop over all messages of an offer that does not ask writes
 *       the answers to all of them; a handler that takes one message a call needs not ask, as the
 *       core offers nothing above high water.
 *   <li><b>Write small answers as they come</b>, they leave with one system call; but a write is a
 *       copy and some questions, so where answers are a few bytes each, gather them in a buffer of
 *       your own and write that when {@code onData} ends. All handlers of a loop may share it: it
 *       is copied from at once.
 *   <li><b>Say for what you wait.</b> Read idle is between messages; within one there is {@link
 *       dev.millrace.Connection#deadline}, set when a part of it is there and no later, cleared
 *       when it is whole, so that messages that come in one piece touch no timer. It runs also
 *       while <em>we</em> don't read: in {@code onDeadline} look whether output is queued, and give
 *       more time if so, as the write stall sees to that. While the peer has nothing to say by
 *       right, {@code readIdle(Duration.ZERO)}; while its next message may not be taken yet, {@link
 *       dev.millrace.Connection#pauseReading}. Timers of your own go to {@link
 *       dev.millrace.EventLoop#schedule}; cancel them in {@code onClosed}.
 *   <li><b>Answer, then {@code close()}</b>, also where the peer is wrong: the answer arrives
 *       though more is still coming in. {@code abort()} is for those who are not to be told, or
 *       can't be.
 *   <li><b>Know three ends.</b> {@code onInputEnd(unconsumed)} is half of one: answers may still go
 *       out. {@code onShutdown} wants what is under way to be finished. {@code onClosed} is the
 *       last; give back there what the connection had: timers, places in lists, files.
 *   <li><b>Another connection of the same loop</b> may be written to, paused or closed in any
 *       callback; none of its callbacks runs inside of yours. Iterate over a list of them freely:
 *       nobody leaves it meanwhile, as {@code onClosed} comes later in the turn. From other threads
 *       there is its {@link dev.millrace.Connection#sender}. What is written to another one waits
 *       for the end of the turn: before you call its peer slow, ask by {@link
 *       dev.millrace.Connection#flush}.
 *   <li><b>Test without a network.</b> The parser byte by byte and cut at random; the handler in
 *       the simulation ({@code dev.millrace.sim}), where short reads, resets and time are free.
 * </ol>
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
