/**
 * The gate: budgets that a change of the core may not break, measured in a minute.
 *
 * <p>What can be counted is counted, on sockets without a kernel, and so is the same on every
 * machine: bytes allocated and calls made. What is a time is a ratio, of the core to the least code
 * that does the same, both in the same thread by turns: noise that lasts longer than a turn is in
 * both.
 */
package dev.millrace.bench.gate;
