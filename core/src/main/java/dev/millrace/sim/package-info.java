/**
 * A simulated network beneath {@code java.nio}: whole worlds of servers, clients and links in one
 * thread, on a clock of their own, decided by a seed. The code under test is the production code to
 * the last line; only the {@link java.nio.channels.spi.SelectorProvider} below it and the clock are
 * of this package.
 *
 * <h2>Role</h2>
 *
 * <ul>
 *   <li>{@link dev.millrace.sim.SimWorld} is the network and the clock; {@link
 *       dev.millrace.sim.SimHost} a machine with an address, a provider and a descriptor limit;
 *       {@link dev.millrace.sim.SimPeer} a TCP endpoint that follows a script.
 *   <li>{@link dev.millrace.sim.Trial} is one run: your handler on a server, peers with scripts,
 *       faults, and the invariants that hold for every handler. {@link dev.millrace.sim.Trials} is
 *       many of them, one a seed.
 * </ul>
 *
 * <h2>What is simulated</h2>
 *
 * <pre>
 *   program ── channel ── endpoint ══ flow ══▶ path ══▶ endpoint ── channel or peer
 *              the JDK's   the kernel's        time, order,
 *              exceptions  queues, errors      faults
 * </pre>
 *
 * <p>Channels do what the JDK's do on Linux: which operation throws what after a FIN, a reset, a
 * time-out; that a reset is remembered by reads, and that a failed write makes the kernel forget
 * it; that a closed channel keeps its descriptor until the next select; that a key without interest
 * is deaf. The same scripts were run against the kernel and give equal traces; a test repeats that.
 *
 * <p>Not simulated: congestion and lost packets (TCP hides them as latency), urgent data,
 * simultaneous open, TIME_WAIT, a peer whose address is reused, {@code SO_REUSEPORT} (accepted,
 * without effect), {@code java.net.Socket} views, datagrams, pipes. {@code FileChannel.transferTo}
 * to a simulated channel takes the JDK's copying path, so file regions are proven on real sockets.
 *
 * <h2>Time</h2>
 *
 * <p>Time passes where a selector waits: the world goes on to its next event, and on, until a key
 * is ready or the time-out has passed. What a program does between two polls takes no time, unless
 * {@link dev.millrace.sim.SimWorld#jump} says so. A blocking channel lets time pass, too.
 *
 * <h2>Determinism</h2>
 *
 * <p>One thread; one source of chance, {@link dev.millrace.fault.Dice}; nothing is iterated whose
 * order is that of identity hashes. The order of ready keys is drawn, since the kernel's is
 * arbitrary; keys are deregistered in the order of their registration. The same seed gives the same
 * {@link dev.millrace.sim.SimTrace#fingerprint} on every JDK.
 *
 * <h2>Errors</h2>
 *
 * <p>A run that breaks an invariant ends in a {@link dev.millrace.sim.TrialFailed} that names the
 * seed, what was broken, and what had happened. A program that would wait for ever is told so by an
 * {@link java.lang.IllegalStateException} from its select.
 *
 * <p>Thread rule: everything of one world belongs to one thread. Worlds know nothing of each other.
 */
package dev.millrace.sim;
