/**
 * From a name to a connection: the name is looked up off the loop, its addresses are tried as
 * "happy eyeballs" does it (RFC 8305), and the first that answers is the connection.
 *
 * <p>An optional part above the machine: it knows {@code dev.millrace} and the failures, and
 * nothing of the machine's knows it. In reading order: {@link dev.millrace.dial.Dialer}, the
 * settings; {@link dev.millrace.dial.DialListener}, which is yours; {@link dev.millrace.dial.Dial},
 * one call, which can be cancelled, and is the hard one; {@link dev.millrace.dial.DialFailure}, why
 * it came to nothing; {@link dev.millrace.dial.Resolver} and {@link dev.millrace.dial.Names}.
 *
 * <pre>{@code
 * Resolver resolver = new Resolver(Names.system(), executor); // one for all, any number of loops
 * Dialer dialer = new Dialer(resolver).withDeadline(Duration.ofSeconds(5));
 * loop.execute(() -> dialer.dial(loop, "example.org", 7007, listener));
 * }</pre>
 *
 * <h2>The states of a call</h2>
 *
 * <pre>
 *   LOOKING_UP ──▶ CONNECTING ──▶ CONNECTED
 *   LOOKING_UP ──▶ FAILED
 *   LOOKING_UP ──▶ CANCELLED
 *   CONNECTING ──▶ FAILED
 *   CONNECTING ──▶ CANCELLED
 * </pre>
 *
 * <p>The last three are final. Exactly one of {@code onConnected} and {@code onFailed} is called,
 * once, and never inside of {@code dial}; after {@code cancel}, neither.
 *
 * <h2>Which address when</h2>
 *
 * <ul>
 *   <li>The addresses are put in order as RFC 8305 section 4 says: as the look-up had them, but the
 *       families take turns, so that a broken IPv6 costs one attempt and not as many as there are
 *       such addresses. Doubles are left out. (The look-up sorts by RFC 6724, where the JVM lets
 *       it: it puts IPv4 first unless {@code -Djava.net.preferIPv6Addresses=system} is given. Which
 *       family begins can also be set here.)
 *   <li>The next attempt begins when the last one has had 250 ms (section 5), and at once when an
 *       attempt fails. Those under way go on.
 *   <li>The first that is connected wins. All others are aborted in the same moment; no listener
 *       hears of them.
 *   <li>One deadline bounds it all, the look-up included. An attempt may have one of its own,
 *       shorter.
 * </ul>
 *
 * <p>Not done: asking for both families apart and beginning with the one that comes first (section
 * 3), as {@code getaddrinfo} answers with both; remembering which address answered fastest (section
 * 4), as that is state that somebody would have to bound and to forget.
 *
 * <h2>Errors</h2>
 *
 * <p>Every failure of an attempt is what the machine said of it, with its certainty. A name without
 * an address is {@code UNRESOLVED}, whatever the reason: Java has one exception for "no such name"
 * and "no name server answered", so the reason stands in the cause, for people. {@link
 * dev.millrace.dial.DialFailure#kind} is the one to act by: that of the attempt that got furthest.
 *
 * <p>If the loop stops meanwhile, that is {@code onFailed} with {@code LOOP_STOPPED}.
 *
 * <h2>Threads</h2>
 *
 * <p>Settings are immutable, the resolver is for any thread. A call belongs to its loop's thread,
 * and so do all callbacks. Only the look-up runs elsewhere, on the executor that the resolver was
 * given; the answer of one that is not waited for any more is dropped, but nobody can interrupt it:
 * so the resolver bounds how many there are.
 *
 * <h2>Rejected</h2>
 *
 * <ol>
 *   <li>Looking names up on the loop: a name server that does not answer would stop every
 *       connection on it for seconds.
 *   <li>A thread pool of our own: the application has one, and knows its bounds.
 *   <li>Trying all addresses at once: the losers are work for the servers, in every single connect.
 *   <li>A future as the result: it would be completed on one thread and used on another, while the
 *       connection, with data coming in, belongs to the loop.
 * </ol>
 */
package dev.millrace.dial;
