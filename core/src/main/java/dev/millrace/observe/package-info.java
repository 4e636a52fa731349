/**
 * What goes wrong, as log events that a program can read again.
 *
 * <p>{@link dev.millrace.observe.FailureLog} is told of each end ({@link
 * dev.millrace.Server.Builder#recordListener}) and logs those that were failures: the first of a
 * kind one by one, and when they keep coming, how many there were in each window of time. So a
 * storm of resets is a line every ten seconds and not ten thousand a second, and no failure is
 * missing from the counts.
 *
 * <h2>The states of a kind</h2>
 *
 * <pre>
 *            a failure, less than inFull in this window: logged in full
 *          ┌──┐
 *   QUIET ─┴──▶ QUIET ──one more in this window──▶ COUNTING
 *                 ▲                                   │ ┌──┐
 *                 └──a window in which none came──────┴─┴──▶ a failure: counted
 *                                                            the window's end: one line, if it counted any
 * </pre>
 *
 * <p>There is one window for all kinds. It opens with the first failure and lasts a fixed time; if
 * something was counted in it, the next one follows at once. Its end is noticed by a timer of the
 * loop, which is armed only while something is counted, or else by the next failure: where nothing
 * fails, nothing wakes up.
 *
 * <h2>The events</h2>
 *
 * <p>Both have the level of the kind and the logger {@code dev.millrace.observe.FailureLog}; what
 * they say is in key-value pairs, the message is constant. One failure is {@code "connection
 * failed"}:
 *
 * <pre>
 *   kind          ECONNRESET, …: {@link dev.millrace.failure.FailureKind#symbol}
 *   certainty     CERTAIN, BY_TEXT, UNKNOWN
 *   op            READ, WRITE, …: {@link dev.millrace.failure.Operation}
 *   state         OPEN, …: {@link dev.millrace.ConnectionState}
 *   endedBy       PEER, …: {@link dev.millrace.EndedBy}
 *   remote        address and port, or "unknown"
 *   conn          the connection's number on its loop
 *   in            bytes received
 *   out           bytes handed to the kernel
 *   unsent        bytes accepted and never handed over
 *   unconsumed    bytes received and never consumed
 *   writesFailed  completions told false
 *   ageMs         from accept or connect to the end
 *   idleMs        from the last byte to the end
 *   reason        why the handler closed or aborted, if it said so
 *   cause         the raw exception's class and text, if there was one
 * </pre>
 *
 * <p>A window of one kind is {@code "connections failed"}. It tells of those failures only that had
 * no event of their own, so nothing is counted twice; sums and shares are exact, but for the peers:
 *
 * <pre>
 *   kind          as above
 *   count         how many
 *   first, last   when the first and the last of them was, in UTC
 *   certainties   CERTAIN=9 BY_TEXT=1: how many of each; the same for
 *   ops
 *   states
 *   endedBys
 *   in, out, unsent, unconsumed, writesFailed   sums
 *   peersAtLeast  how many different addresses there were, at least
 *   peersAtMost   and at most
 *   peers         192.0.2.1=7 192.0.2.9=3..5: the addresses with most of them, how often each (at least..at most)
 *   examples      up to three addresses with their ports
 * </pre>
 *
 * <p>What is bounded: lines by window and kind; memory by kind (some 2 KiB for each that was ever
 * counted); texts of a reason or a cause at 300 characters, without control characters.
 *
 * <h2>Errors</h2>
 *
 * <p>What the logging backend throws, be it an {@code Error} for want of descriptors, ends nothing:
 * it is counted, and told by the next line that gets through. What a line needs is loaded when the
 * log is made, and what the backend needs by the line that says that failures are logged.
 *
 * <p>Thread rule: one failure log belongs to one loop and is used by its thread; {@link
 * dev.millrace.observe.FailureLog#flush} and {@link dev.millrace.observe.FailureLog#useTimersOf}
 * are for any.
 */
package dev.millrace.observe;
