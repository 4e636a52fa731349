/**
 * A load generator: connections that ask a server, check every byte of its answers and take the
 * time. {@link dev.millrace.bench.load.Load} runs it, {@link dev.millrace.bench.load.LoadCommand}
 * is its command line.
 *
 * <p>It is plain {@code java.nio} and on purpose not built on Millrace's core: what measures must
 * not share the faults of what is measured. A core that loses a byte, stamps the wrong time or
 * forgets a wake-up would do so on both sides and look right.
 *
 * <h2>In reading order</h2>
 *
 * <ol>
 *   <li>{@link dev.millrace.bench.load.LoadOptions} says what is asked, {@link
 *       dev.millrace.bench.load.LoadResult} what came out.
 *   <li>{@link dev.millrace.bench.load.Protocol} and its {@link
 *       dev.millrace.bench.load.Conversation}: which bytes are sent, and which have to come back.
 *       No socket, no clock. {@code EchoProtocol}, {@code RespProtocol}, and {@code HttpProtocol}
 *       with {@code HttpHead}: the three there are. {@code BytePattern}: what values are made of.
 *   <li>{@code Schedule}: when which connection has to ask (open loop). {@code Flight}: the
 *       requests of one connection that are due, in flight, answered. No socket; time is passed in,
 *       so tests drive it by hand.
 *   <li>{@code Client}: one connection. {@code Worker}: one thread, its selector and its
 *       connections; the hard file. {@code Tally}: what a worker counted in one interval.
 *   <li>{@code Load}: the course of a run. {@code Preparer}: what is said before it.
 * </ol>
 *
 * <h2>The three protocols</h2>
 *
 * <p>Every byte of an answer is checked, in each of them. An <b>echo</b> has to bring back what was
 * sent. Of <b>resp</b> (Redis), each answer is known before it comes: what is stored under a key is
 * always the same, and is set before the load if it is asked for. Of <b>http</b>, the head is the
 * server's own affair as long as it is one, with status 200 and a length, and the body has to be
 * the same in all answers of a run.
 *
 * <h2>The two loops</h2>
 *
 * <p><b>Closed loop</b> (no rate): each connection keeps {@code depth} requests in flight and sends
 * the next when an answer came. That finds out how much a server can do. A latency there is a
 * <em>service time</em>: a server that stalls for a second is asked nothing meanwhile, so the
 * second appears once for each request in flight and not for all those that users would have sent
 * into it. Such percentiles must not be read as what users see; that fault is known as coordinated
 * omission (Gil Tene).
 *
 * <p><b>Open loop</b> (a rate): request number g of the run has an <em>intended start</em>, {@code
 * start + g / rate}, fixed before the run and never moved. It belongs to connection {@code g mod
 * connections}, so the connections ask one after the other and evenly spread. If the connection has
 * {@code depth} requests in flight already, the request waits in that connection's queue. Its
 * latency counts from the intended start, whatever the reason for which it left later:
 *
 * <pre>
 *     intended start        sent                  answered
 *          |  waits in queue  |   service time        |
 *          |------------------|-----------------------|
 *          |                  '------ uncorrected ----'
 *          '----------------- latency ----------------'
 * </pre>
 *
 * <p>The uncorrected latency is recorded beside it, to show what the correction is worth. A queue
 * has a bound; a request that finds it full is never sent, and is counted and told as dropped. So
 * is what was due and unanswered when the window ended, with the age of the oldest: it is in no
 * percentile.
 *
 * <h2>What is measured</h2>
 *
 * <ul>
 *   <li>The window begins when all connections are up and the warm-up is over, and lasts as long as
 *       was asked. An answer that completes in the window counts, whenever its request was sent;
 *       one that completes after it does not. After the window nothing more is sent, and answers
 *       are waited for (and checked) for five seconds at the most.
 *   <li>An answer is complete when this process has read and is about to check its last byte: one
 *       look at the clock for each {@code read}. A request of the closed loop starts at that same
 *       moment, so what checking costs is in the next latency. A latency therefore has the
 *       generator's own work in it, and while several connections are ready, that of those served
 *       before. How busy the generator was is told, and how long it was kept from running by
 *       others: above 90 % of the one, or 10 % of the other, it measured itself and says so.
 *   <li>In the open loop the generator's own lateness is recorded: how long after its intended
 *       start a request left whose connection was free. Epoll waits whole milliseconds, which is
 *       too coarse for a schedule, so with less than two of them to go the thread polls without
 *       waiting. That time is not counted as busy.
 *   <li>Connecting is no part of a latency, but with {@code reconnect}, where a request is the
 *       connect, the exchange and the close.
 * </ul>
 *
 * <h2>What is not measured</h2>
 *
 * <p>The network: over loopback the kernel does the work of both sides on the caller's CPU, so a
 * part of the server's cost is paid by the generator and the other way round. And nothing is said
 * of a server's CPU: {@link dev.millrace.bench.load.LoadListener} is called at the edges of the
 * window for those who sample it.
 *
 * <h2>Errors</h2>
 *
 * <p>A wrong byte ends the run: whatever such a server's speed is, it is of no interest. A
 * connection that is lost is counted by the kind of failure and established again, so that the load
 * stays what was asked for: at once if it had answered anything, after 100 ms if not. Its requests
 * in flight are counted as lost. Connects that fail at the beginning end the run, unless errors are
 * allowed.
 *
 * <h2>Thread rule</h2>
 *
 * <p>Connection i belongs to thread {@code i mod threads} for good. Threads share nothing but a few
 * flags: each counts in a {@code Tally} of its own, and at the edges of an interval the calling
 * thread exchanges it for a fresh one. So an edge is exact for each thread, and counting takes no
 * atomic operation. While it measures, a request allocates nothing, but with {@code reconnect},
 * where each has a channel of its own.
 */
package dev.millrace.bench.load;
