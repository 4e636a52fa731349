/**
 * What a process cost, as the kernel and others count it. Nothing here looks at a clock to tell
 * what work costs: time on a shared machine is mostly other people's.
 *
 * <table>
 *   <caption>Which figure comes from where</caption>
 *   <tr><th>figure</th><th>from</th><th>how fine</th><th>what it does not mean</th></tr>
 *   <tr>
 *     <td>CPU time, by thread</td>
 *     <td>{@code /proc/PID/task/TID/schedstat}, what the scheduler adds up; without it {@code
 *         stat}</td>
 *     <td>nanoseconds, of a thread that runs at the moment up to one tick (1 to 10 ms) old;
 *         without schedstat 10 ms, see {@link dev.millrace.bench.probe.CpuClock}</td>
 *     <td>Not work: a cold cache, a neighbour on the same core and a low clock make it longer.
 *         In many virtual machines stolen time counts as well.</td>
 *   </tr>
 *   <tr>
 *     <td>user and system</td>
 *     <td>{@code stat}, utime and stime</td>
 *     <td>10 ms. Most kernels look once a tick at which of the two it is and divide the CPU time
 *         in that proportion</td>
 *     <td>Over a short window it is a guess; the sum of both is better.</td>
 *   </tr>
 *   <tr>
 *     <td>run delay</td>
 *     <td>{@code schedstat}</td>
 *     <td>nanoseconds</td>
 *     <td>Time that a thread could have run and had no CPU; not the time that the hypervisor took
 *         away, which is steal.</td>
 *   </tr>
 *   <tr>
 *     <td>switches</td>
 *     <td>{@code task/TID/status}</td>
 *     <td>exact</td>
 *     <td>Voluntary ones are waits, of which one in {@code epoll_wait} is a wake-up; a wait that
 *         had something ready at once is none.</td>
 *   </tr>
 *   <tr>
 *     <td>read and write calls</td>
 *     <td>{@code /proc/PID/io}</td>
 *     <td>exact, threads that ended included</td>
 *     <td>Not all calls: {@code recv}, {@code send}, {@code accept} and {@code epoll_wait} are
 *         not among them, so peers that use other calls are not comparable by it.</td>
 *   </tr>
 *   <tr>
 *     <td>resident memory</td>
 *     <td>{@code smaps_rollup}; in a sample, and before Linux 4.14, {@code status}</td>
 *     <td>a page; in a sample up to some dozen pages a CPU, as the kernel keeps it</td>
 *     <td>Not what was allocated: a heap stays resident after a collection. Not the process's
 *         alone: shared libraries count in each.</td>
 *   </tr>
 *   <tr>
 *     <td>instructions</td>
 *     <td>{@code perf stat}: the processor's counters; else valgrind's callgrind: user mode
 *         only</td>
 *     <td>exact; they repeat within some percent, since a busier loop does more at a time</td>
 *     <td>Not time: a miss in the cache is one instruction. It is the figure that a noisy machine
 *         does not move.</td>
 *   </tr>
 *   <tr>
 *     <td>system calls by name</td>
 *     <td>{@code strace -c}</td>
 *     <td>exact, but for a call or two a thread at the edges</td>
 *     <td>The server is many times slower meanwhile, so it waits less often.</td>
 *   </tr>
 *   <tr>
 *     <td>steal, busy CPUs</td>
 *     <td>{@code /proc/stat}</td>
 *     <td>10 ms a CPU</td>
 *     <td>A machine without a figure of steal may be stolen from all the same.</td>
 *   </tr>
 * </table>
 *
 * <p>A figure that cannot be had is missing, with a reason in one line, and never 0.
 *
 * <p>Reading order: {@link dev.millrace.bench.probe.ProcessProbe} reads a {@link
 * dev.millrace.bench.probe.ProcessSample}; two of them differ by a {@link
 * dev.millrace.bench.probe.ProcessCost}. {@link dev.millrace.bench.probe.Machine} is the same for
 * all processes together. {@link dev.millrace.bench.probe.InstructionCounter} and {@link
 * dev.millrace.bench.probe.SyscallCounter} open windows: they run a tool beside the process. {@link
 * dev.millrace.bench.probe.Cpus} keeps server and load apart.
 */
package dev.millrace.bench.probe;
