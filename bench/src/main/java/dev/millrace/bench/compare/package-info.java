/**
 * Servers side by side: {@code compare} under load, {@code idle} without any.
 *
 * <p>Times on a shared machine are worth little: the same program takes twice as long when a
 * neighbour is busy or when the scheduler moves a virtual processor. What is done against it:
 *
 * <ul>
 *   <li>Every server has a JVM of its own and one event loop, and all stay up for the whole
 *       workload. A round measures each of them once, in an order drawn anew each time, so that
 *       what disturbs the machine for a while disturbs all, and none has a place that is always
 *       first.
 *   <li>A ratio is made of two figures of one round; the median of such ratios is what is told,
 *       with its quartiles. A single figure is shown beside it for the scale.
 *   <li>Cost is processor time of the server's process, which a busy neighbour lengthens less than
 *       it does the clock, without the compiler's threads; where the machine counts instructions,
 *       instructions, which repeat within a few percent anywhere.
 *   <li>A server is measured when its compiler has come to rest, not after a time that seemed long.
 *   <li>The server has one processor, the load generator another.
 * </ul>
 *
 * <p>The floor is {@code bare-timeouts}: the least that a Java program can do and still end an idle
 * connection. {@code c-epoll}, where a compiler is there, is what the machine can do at all. Of
 * protocols there is no floor; ratios are told against a {@code Baseline} that is named.
 *
 * <p>Thread rule: one thread runs a contest from beginning to end; the load generator has its own.
 * What is started here is ended here, also when something fails.
 */
package dev.millrace.bench.compare;
