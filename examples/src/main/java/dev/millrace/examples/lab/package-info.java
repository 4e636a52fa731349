/**
 * The error lab: failures of sockets, provoked for real and explained.
 *
 * <p>An {@link dev.millrace.examples.lab.Experiment} provokes one failure on the loopback, with the
 * production core and, where that teaches something, with a few lines of plain NIO beside it. What
 * happens is a {@link dev.millrace.examples.lab.Timeline}: a list of {@link
 * dev.millrace.examples.lab.Step}s, each by one of four actors,
 *
 * <pre>
 *   PEER ──sends──▶ KERNEL ──returns──▶ JDK ──returns, throws──▶ MILLRACE ──calls──▶ your handler
 * </pre>
 *
 * <p>and two lanes, bare NIO and Millrace. Java shows no errno, so what the kernel returned is
 * derived, and each such step says from what: the exception's class where the JDK has one for that
 * errno alone, its text where this JVM was heard to give it, and else it is not claimed. In
 * Millrace's lane both the kernel's and the JDK's steps stand where the close record tells of them.
 * Where strace(1) is installed, a test holds what is derived against the real system calls, and
 * {@code lab run NAME --trace} shows them.
 *
 * <p>What must be seen everywhere is an expectation beside the experiment: classes, kinds,
 * certainties, states, bytes. Texts and durations differ and are only shown. So every experiment is
 * a test as well, and the report of a machine can be laid beside that of another.
 *
 * <p>What would hurt the machine is played apart, in a child JVM: with few descriptors, or in a
 * network namespace that it is in alone, and that the kernel removes with it. A JVM speaks one
 * language all its life, so other locales are other JVMs as well.
 *
 * <pre>
 *   lab run ──LC_ALL, another java──▶ lab run --rows FILE ──▶ rows, merged into the report
 *      │
 *      └──unshare -n, ulimit -n──▶ Apart NAME FILE ──▶ a timeline, taken over
 * </pre>
 *
 * <p>Nothing is waited for by sleeping. The loop is driven by turns, its clock is told, and what
 * the network brings is waited for with a deadline.
 *
 * <p>Thread rule: an experiment runs on the thread that calls it and drives its own loop there;
 * several may run at the same time on threads of their own, never on a loop's.
 */
package dev.millrace.examples.lab;
