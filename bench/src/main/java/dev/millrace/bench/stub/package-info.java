/**
 * Sockets without a kernel, which count what they are asked: a {@link
 * java.nio.channels.spi.SelectorProvider} whose peers live in the same thread and send and take
 * what a measurement tells them to.
 *
 * <p>The simulated network of the core ({@code dev.millrace.sim}) has time, loss and every failure
 * in it, and costs more than what is measured here. This has nothing but the calls: a read is a
 * copy from prepared bytes, a write moves a position, a select is one pass over an array. So what
 * is left of a measurement is the work of who calls, and every call of it is known.
 */
package dev.millrace.bench.stub;
