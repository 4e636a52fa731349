/**
 * Measurements of the Millrace core, always beside a baseline from the same run: one jar, one
 * subcommand a measurement.
 *
 * <ul>
 *   <li>{@code micro}: JMH benchmarks, {@code jmh}
 *   <li>{@code peer}: the servers that are measured, each in a JVM of its own, {@code serve}
 *   <li>{@code load}: the load generator, {@code load}
 *   <li>{@code probe}: what a process cost, as the kernel and others count it
 *   <li>{@code compare}: peers side by side, {@code compare} and {@code idle}; and the budgets that
 *       must hold, {@code gate}
 *   <li>{@code report}: tables, JSON, Markdown, charts
 * </ul>
 *
 * Dependencies run from {@code compare} to the others, which know nothing of each other but {@code
 * report}.
 */
package dev.millrace.bench;
