/**
 * Links: client connections that come back, and messages that arrive once.
 *
 * <p>To start, four types are enough: {@link dev.millrace.link.Link} sends, {@link
 * dev.millrace.link.LinkListener} hears what becomes of it, {@link dev.millrace.link.LinkServer}
 * makes the handlers for a server, {@link dev.millrace.link.LinkReceiver} takes the messages. All
 * of it:
 *
 * <pre>{@code
 * EventLoop loop = new EventLoop();
 * List<String> store = new ArrayList<>();
 * LinkServer links =
 *     LinkServer.builder((session, id, payload) -> store.add(id + " " + text(payload))).build();
 * Server server =
 *     Server.builder().loop(loop).listen("127.0.0.1", 0).handler(links::handler).start();
 *
 * Link link =
 *     Link.builder(Route.to(server.addresses().get(0), Duration.ofSeconds(3)))
 *         .listener(
 *             new LinkListener() {
 *               @Override
 *               public void onClosed(Link link, LinkReport report) {
 *                 loop.stop();
 *               }
 *             })
 *         .build(loop);
 * loop.execute(link::open);
 * loop.execute(() -> link.send(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8))));
 * loop.execute(() -> link.close(Duration.ofSeconds(10)));
 * loop.run(); // store is ["1 hello"]
 * }</pre>
 *
 * <h2>What is promised</h2>
 *
 * <p>A message that was accepted is given to the receiver once, in order, whatever becomes of
 * connections in between; and the sender knows that it was taken, as only then it is acknowledged.
 * What is not acknowledged when the link is closed stands in its report. That holds for as long as
 * both processes live and the receiver keeps the session. Where it can't hold, it is said:
 *
 * <ul>
 *   <li>The receiver was started anew, or has forgotten the session. The link is told at the next
 *       greeting ({@code onSessionLost}) and says which messages were under way. They are sent
 *       again, and may come twice; the receiver knows which ({@code LinkSession.uncertainId}).
 *   <li>The sender ends without a close: what it had queued is gone with it.
 * </ul>
 *
 * <p>A session and an id name a message for ever. Who needs "once" also over restarts of the
 * receiver stores both with what the message did, and leaves out what is there already.
 *
 * <h2>The states of a link</h2>
 *
 * <pre>
 *   IDLE ──OPEN──▶ CONNECTING ──WELCOME──▶ UP
 *   CONNECTING ──LOST──▶ WAITING ──RETRY──▶ CONNECTING
 *   UP ──LOST──▶ WAITING
 *
 *   IDLE ──END──▶ CLOSED
 *   CONNECTING ──END──▶ CLOSED
 *   UP ──END──▶ CLOSED
 *   WAITING ──END──▶ CLOSED
 * </pre>
 *
 * <h2>The protocol</h2>
 *
 * <p>Checksummed frames ({@link dev.millrace.frame.FrameCodec}), each with a type and an id:
 *
 * <pre>
 *   type  name     id                        payload
 *   1     HELLO    last acknowledged         version 1, session 16, epoch 8, incarnation 8,
 *                                            connection 8, sent 8, longest message 4, heartbeat in
 *                                            milliseconds 4
 *   2     WELCOME  last delivered            epoch 8, incarnation 8, start 1 (0 new, 1 resumed,
 *                                            2 lost)
 *   3     MESSAGE  the message's             the message
 *   4     ACK      last delivered            none
 *   5     PING     any                       none
 *   6     PONG     the ping's, or 0          none
 *   7     BYE      last acknowledged, or 0   none; from the receiver: why 1 (0 it has no place,
 *                                            1 messages may be too long, 2 version), its longest
 *                                            message 4
 * </pre>
 *
 * <pre>
 *   link                                      receiver
 *    │ HELLO 7, epoch e, sent 9 ────────────▶ │  8 was delivered, its acknowledgement is lost
 *    │ ◀──────────── WELCOME 8, resumed       │
 *    │ MESSAGE 9 ───────────────────────────▶ │  again: the first one never came
 *    │ MESSAGE 10 ──────────────────────────▶ │
 *    │ ◀──────────────────────────── ACK 10   │  one for all that came together
 *    │ PING 1 ──────────────────────────────▶ │
 *    │ ◀───────────────────────────── PONG 1  │
 *    │ BYE 10 ──────────────────────────────▶ │  forgets the session
 * </pre>
 *
 * <ul>
 *   <li><b>Epoch</b>: what a receiver draws when it is made. A link that brings another one was
 *       with another receiver, or with this one before a restart.
 *   <li><b>Incarnation</b>: counts the sessions that a receiver makes. A link that brings another
 *       one is to be told that the session was forgotten, until it has heard it: the first welcome
 *       that says so may be lost with its connection.
 *   <li><b>Connection</b>: counts the connections of a session. A later one replaces an earlier
 *       one, of which nothing is believed any more; an earlier one that arrives late is sent away.
 *   <li><b>Acknowledgements</b> are cumulative, and written when all that came together is taken.
 *   <li><b>Whatever is out of place</b>, a frame that is damaged, a number that can't be, ends the
 *       connection with a reset. The next greeting says where both sides are, so that repairs
 *       everything, and there is no other repair. To search for the next frame in a stream that is
 *       out of step would be to guess.
 *   <li><b>A slow receiver</b> doesn't read, TCP stops the sender, its queue fills, and {@code
 *       send} says {@code FULL}. While a session is paused its pings are not read either, so the
 *       receiver sends a PONG 0 each heartbeat.
 * </ul>
 *
 * <h2>Threads, buffers, errors</h2>
 *
 * <p>A link and a {@code LinkServer} belong to their loop's thread; {@link
 * dev.millrace.link.RetryPolicy} and {@link dev.millrace.link.RetryBudget} to none. What is sent is
 * copied; what is received is borrowed until the callback returns. Refusals are values. Every bound
 * has a default and a reason: see the builders.
 *
 * <h2>Rejected</h2>
 *
 * <ol>
 *   <li>Messages in both directions on one link. The receiver would have to hold a queue for every
 *       link that is away, sessions times queue; and to forget a session would be to lose messages
 *       that were accepted, so the promise would hold in one direction and not in the other. Who
 *       answers opens a link the other way.
 *   <li>A window in the protocol: TCP has one, and the sender's queue is another.
 *   <li>Acknowledging on arrival: a receiver that throws would have lost the message.
 *   <li>Dropping, at the link's choice, what a lost session leaves uncertain: at most once instead
 *       of at least once. The receiver can do that, as it knows which they are.
 * </ol>
 *
 * <h2>Reading order</h2>
 *
 * <p>{@link dev.millrace.link.LinkState}, {@link dev.millrace.link.RetryPolicy}, {@code Outbox},
 * {@code Frames}, then what both sides say and understand, {@code SendingSide} and {@code
 * ReceivingSide}, without a connection; {@link dev.millrace.link.Link} and {@link
 * dev.millrace.link.LinkServer} are the connections to it.
 */
package dev.millrace.link;
