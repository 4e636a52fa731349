/**
 * Micro-benchmarks: parts of the core by themselves, each beside the same work done by the least
 * code that does it, or by the peers' part for it. {@code jmh} runs them.
 */
package dev.millrace.bench.micro;
