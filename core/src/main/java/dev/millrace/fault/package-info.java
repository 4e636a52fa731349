/**
 * Faults as data, and a provider that injects them into any NIO program.
 *
 * <p>{@link dev.millrace.fault.FaultKind} is the vocabulary, {@link dev.millrace.fault.FaultPlan}
 * says which of them happen how often and how hard, {@link dev.millrace.fault.Dice} decides, from a
 * seed, so that the same seed gives the same faults in the same order. Plan and dice know no
 * channel: the simulated network draws from them too.
 *
 * <p>Thread rule: kinds and plans are immutable; dice belong to one thread.
 */
package dev.millrace.fault;
