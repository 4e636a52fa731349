/**
 * Timers: a wheel that knows what is due, and timers that are their own list nodes.
 *
 * <p>A server has a deadline for nearly everything a peer may fail to do, so there are as many
 * timers as connections, nearly all are cancelled or re-armed and never fire, and each is handled
 * far more often than it fires. {@link dev.millrace.timer.TimerWheel} makes that cheap: scheduling,
 * cancelling and re-arming take constant time and allocate nothing. {@link
 * dev.millrace.timer.Timer} is what one extends. The package knows nothing of sockets, reads no
 * clock and starts no thread: whoever drives the wheel brings the time, so a test can bring any.
 *
 * <h2>Thread rule</h2>
 *
 * <p>A wheel and its timers belong to one thread. Nothing is synchronised and nothing is checked.
 *
 * <h2>How it works</h2>
 *
 * <p>Time is counted in ticks of a power of two of nanoseconds, by default 2^20, about a
 * millisecond. A tick number is read as eight digits of six bits; each digit is a level of 64
 * slots. A timer lies in the level of the highest digit in which its tick differs from the current
 * one, which is one exclusive-or and one count of leading zeros:
 *
 * <pre>
 *     level             7    6    5    4    3    2    1    0
 *     current tick      0    0    0    0    0    2   60   17
 *     due in tick       0    0    0    0    0    3    5   40
 *                                                ^
 *                                                level 2, slot 3
 * </pre>
 *
 * <p>When the current tick enters that slot (0 … 3 0 0), the timer moves to level 1, slot 5, then
 * to level 0, slot 40, and then to the list of those due. One bit for each slot says whether it is
 * empty, so the next one is found without a scan, and time in which nothing happens is skipped,
 * centuries as well as milliseconds. What each level spans, and which properties the code relies
 * on, stands beside the constants in {@code TimerWheel}.
 *
 * <p>Collecting and firing are two steps. {@link dev.millrace.timer.TimerWheel#advance} only moves
 * timers to the due list; they leave it one by one, so that a callback may cancel a timer that was
 * to fire after it, a driver may stop at a cap and go on later, and a timer armed by a callback
 * waits for the next collection.
 *
 * <h2>Why this wheel</h2>
 *
 * <p>Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987), compare the schemes.
 * Rejected were:
 *
 * <ol>
 *   <li>A heap. Every schedule and cancel costs log n steps through memory that is not in the
 *       cache, to keep an order among timers most of which are cancelled. To cancel in place each
 *       timer has to know its index; to leave cancelled ones in the heap keeps what they refer to
 *       alive for the length of their time-out.
 *   <li>A hashed wheel with rounds (their scheme 6, and Netty's). The time-out modulo the size of
 *       the wheel gives the slot, so timers of many rounds share it, and each round looks at all of
 *       them: with 100 000 idle time-outs of a minute that is work for ever, and the occupancy of a
 *       slot does not tell when something is due. The price of levels, a timer being moved up to
 *       seven times, is paid only by timers that live long enough, and most do not.
 *   <li>A wheel whose levels are chosen by distance, with each level turning on its own. Timers of
 *       the same tick may then lie in two levels, depending on when they were armed, and their
 *       order is lost; and the search for the next slot has to wrap around. By the differing digit
 *       all timers of a tick are always in one list.
 *   <li>A thread that ticks. It wakes a machine that has nothing to do a thousand times a second,
 *       and each expiry has to be handed to the thread that owns the connection. Here the wheel
 *       says how long there is nothing to do, and the loop waits in its selector for that long.
 * </ol>
 *
 * <h2>Errors</h2>
 *
 * <p>The wheel has no error of its own to report. Misuse that can be seen for free, such as a timer
 * that is scheduled in another wheel, is an {@code IllegalStateException}, and the wheel is
 * unchanged. An exception thrown by a timer's callback goes to the caller that made it fire, and
 * the timers behind it stay due.
 */
package dev.millrace.timer;
