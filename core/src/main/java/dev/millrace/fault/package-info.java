/**
 * Faults as data, and a provider that injects them into any NIO program.
 *
 * <p>{@link dev.millrace.fault.FaultKind} is the vocabulary, {@link dev.millrace.fault.FaultPlan}
 * says which of them happen how often and how hard, {@link dev.millrace.fault.Dice} decides, from a
 * seed, so that the same seed gives the same faults in the same order. Plan and dice know no
 * channel: the simulated network draws from them too. {@link
 * dev.millrace.fault.FaultSelectorProvider} stands around the platform's provider: its selector,
 * its listeners and its connections do what the platform's do, and go wrong by the plan.
 *
 * <h2>What each fault does to a real channel</h2>
 *
 * <p>Bytes are never changed, lost in the middle or put in another order. A fault asks the kernel
 * for fewer of them, holds a connection up, or ends it.
 *
 * <ul>
 *   <li>{@code short-read}, {@code short-write}: the call moves that many bytes at the most. 0 is
 *       in the range of writes, and may be in that of reads; a blocking channel moves 1 then.
 *   <li>{@code spurious-ready}: the select returns, and the key is ready for all its interest.
 *   <li>{@code null-accept}: the connection stays in the queue. Not on a blocking listener.
 *   <li>{@code accept-emfile}: {@code IOException}, and the connection stays in the queue. {@code
 *       open-emfile}: {@code SocketException}; also where the program probes whether there are
 *       descriptors.
 *   <li>{@code read-error}, {@code write-error}: a plain {@code IOException}, then -1 from reads
 *       and {@code IOException} from writes, as the JDK has it after a time-out of the kernel's.
 *   <li>{@code reset-at}: reads throw {@code SocketException} again and again, writes {@code
 *       IOException}; a write that comes first makes reads say -1. {@code half-close-at}: reads say
 *       -1, and what the peer sends on is never read.
 *   <li>{@code stall-at}: reads and writes return 0 (and wait, in blocking mode), the key is not
 *       ready any more, and neither is an end of stream or a reset heard. Only a time-out of the
 *       program's own can end that.
 *   <li>{@code connect-refused}, {@code connect-fails-late}: {@code finishConnect} throws {@code
 *       ConnectException} and closes the channel; a blocking {@code connect} does both. {@code
 *       connect-pending}: never ready. In none of these is a packet sent.
 * </ul>
 *
 * <p>An end is told by readiness at every select until the channel is closed, as the kernel does.
 * The peer of a connection that the plan has reset, or has made fail like one that vanished, gets a
 * real RST once the program closes the channel.
 *
 * <h2>What it can't do</h2>
 *
 * <ul>
 *   <li>{@code channel.socket()} is the platform's own, for options, addresses, bind and close:
 *       what is read, written, accepted or connected through it meets no fault, and its {@code
 *       getChannel()} can't be registered with a selector of this provider. That it was closed this
 *       way is noticed by the next select.
 *   <li>{@code java.net.Socket}, asynchronous channels and native transports (epoll, io_uring)
 *       don't go through a {@code SelectorProvider}.
 *   <li>{@code FileChannel.transferTo} to such a channel takes the JDK's copying path, 8 KiB at a
 *       time, instead of {@code sendfile}: the faults of writing apply, the speed does not.
 *   <li>Datagram channels and pipes meet no fault but spurious readiness.
 *   <li>Texts of exceptions are English, whatever the locale. A program that learns the texts of
 *       its JVM by provoking failures, as Millrace does at its start, may learn an injected one
 *       under {@code write-error}.
 *   <li>Time is real: latency, bandwidth and partitions are for the simulated network.
 *   <li>Places are exact while one thread at a time uses a connection; a read and a write at the
 *       same moment may together pass one.
 *   <li>A program that reaches into the JDK's selector finds another class there, and has to do
 *       without. A select costs by the number of keys: do not measure speed with faults on.
 * </ul>
 *
 * <p>Thread rule: kinds, plans and the provider are for any thread; dice belong to one.
 */
package dev.millrace.fault;
