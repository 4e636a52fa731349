/**
 * Reads logs of failures, of any size in little memory, and says how often each kind came, from
 * whom, when, likely why, and what prevents it.
 *
 * <pre>
 *   files, .gz, stdin ──▶ LogLines ──▶ LineParser ──▶ Tally ──▶ Findings ──▶ text, HTML, SVG, PNG
 *                         a line       a Failure      counts     bursts, causes
 *                         of 1 MiB     or damaged
 * </pre>
 *
 * <h2>What is counted how</h2>
 *
 * <ul>
 *   <li>Kinds, operations, states, certainties: exactly. There are few of them; names that no
 *       Millrace knows are counted as well, up to a bound.
 *   <li>Peers: the frequent ones, with bounds ({@code HeavyHitters}: Space-Saving). Whoever has
 *       more than one in 1,024 of all is in the table.
 *   <li>Time: in bins of equal width, which doubles when there would be too many ({@code
 *       TimeBins}). The count of each bin is exact, whatever the order of lines and files.
 * </ul>
 *
 * <h2>What a log may hold</h2>
 *
 * <ul>
 *   <li>Events of {@link dev.millrace.observe.FailureLog}, as JSON lines ({@code --log-dir}) or as
 *       the console has them. Its counts of a window are as many failures, and only those that have
 *       no line of their own.
 *   <li>Close records: {@code closed …} of the core at DEBUG, and what {@code --verbose} prints.
 *   <li>Episodes of the core: accepts that failed, connections turned away. Their last line has the
 *       count; the one that says that it is still going on is left out.
 * </ul>
 *
 * <p>One failure may be in a log in three ways. So each way is counted apart, and the one that has
 * most is reported; episodes, which no other way has, are added to it.
 *
 * <p>All other lines are counted, and else ignored. A line that is damaged is counted and the first
 * ones are named; nothing about a line ends the reading.
 */
package dev.millrace.examples.errors;
