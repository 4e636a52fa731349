/**
 * The campaign: scenarios named after situations, run in the simulated network, a seed each.
 *
 * <p>A {@link dev.millrace.examples.sim.Scenario} sets up one run: a server with a handler that
 * keeps books on its writes ({@link dev.millrace.examples.sim.Ledger}), peers with drawn scripts,
 * faults. What holds for every handler is checked by the run itself; what a scenario knows beyond
 * that, by its own checks. {@link dev.millrace.examples.sim.Campaign} runs many seeds on several
 * threads, a world a thread.
 */
package dev.millrace.examples.sim;
