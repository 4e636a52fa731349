/**
 * A TCP proxy: each client gets a connection of its own to one of the targets, and what one side
 * sends, the other gets. It shows how two connections of one loop hang together: who slows down
 * whom, and how each kind of end is passed on.
 *
 * <h2>Role</h2>
 *
 * <ul>
 *   <li>{@code Pair} is the two connections and all that is decided about them; its two {@code
 *       Side}s are the handlers.
 *   <li>{@code Targets} says whom to try next and keeps who answers. It has no socket and no clock.
 *   <li>{@link dev.millrace.examples.proxy.ProxyService} makes a pair for each client; {@link
 *       dev.millrace.examples.proxy.ProxySettings} has the bounds, each with its reason.
 * </ul>
 *
 * <h2>States of a pair</h2>
 *
 * <pre>
 *                  no answer: the next target
 *                       ┌─────┐
 *                       │     ▼
 *   NEW ──accepted──▶ CONNECTING ──connected──▶ JOINED ──one side is over──────▶ ENDING ──both over──▶ (gone)
 *                         │                        └──idle, or a shutdown──────▶   ▲
 *                         └──client gone, no target left, or a shutdown────────────┘
 * </pre>
 *
 * <p>While {@code CONNECTING} the client is not read: what it sends waits in its kernel. So it is
 * not heard either if it leaves; that is noticed when the target has answered, or not.
 *
 * <h2>Back-pressure</h2>
 *
 * <p>The two directions know nothing of each other. In each, who writes pauses who is read:
 *
 * <pre>
 *   client ══read══▶ Side.onData ══write══▶ [queue of the target's connection] ══▶ target
 *      ▲                                          │ more than the high water mark waits
 *      └───────────pauseReading───────────────────┤
 *      └───────────resumeReading──────────────────┘ the kernel has taken all of it
 * </pre>
 *
 * <p>A queue is at or below the mark before a read, so a pair holds at most 2 × (high water + one
 * read buffer), 256 KiB with the defaults, and nothing at all while both sides keep up.
 *
 * <h2>How an end is passed on</h2>
 *
 * <p>One rule: <em>a FIN is passed on, never made up.</em> Who sees a clean end has every byte that
 * the other side sent before it ended its output. All else that ends a pair is told by a reset.
 *
 * <pre>
 *   what happens here                what the other side gets
 *   FIN                              FIN, behind all that came before it; the other direction goes on
 *   FIN of both                      FIN; both connections end by themselves
 *   reset, time-out, stall           what came before it, then a reset;
 *                                    where a FIN was passed on already: all of it, then a close
 *   no target answers                (the client) a reset
 *   neither side moves: idle         a reset, both
 *   shutdown                         no more is read, what was read is handed over, then a reset, both
 * </pre>
 *
 * <p>A reset overtakes what our kernel has not sent yet; a proxy can't keep more of a stream that
 * its own sender has broken off, and the reset says that something is missing. A stream that was
 * ended in good order is never overtaken: it gets the time of a close ({@code --drain-timeout}).
 *
 * <h2>Time</h2>
 *
 * <p>A pair is idle when no byte has moved in either direction, so a client that only receives is
 * not; the time-outs that ask one connection alone are off. Output that nobody takes is a stall, as
 * everywhere.
 *
 * <h2>Errors</h2>
 *
 * <p>A target that does not answer a connect is down for a while, longer each time. Then one client
 * tries it; there are no probes beside real traffic, so a target sees no connections that nobody
 * asked for. Targets that are down are still asked after all others, because an attempt costs less
 * than a client turned away. What came before a connection broke is never sent to another target:
 * nobody knows what the first one has done with it. To be out of descriptors or ports is our own
 * fault: the client is reset, and no target is blamed.
 *
 * <h2>Thread rule</h2>
 *
 * <p>A service and all that it makes belong to one loop's thread.
 */
package dev.millrace.examples.proxy;
