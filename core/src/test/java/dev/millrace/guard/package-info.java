/**
 * Looks at what every test leaves behind, in core and in examples: open descriptors, loop threads,
 * and log lines that nobody expected. {@link dev.millrace.guard.TestGuard} is found by JUnit itself
 * and no test class has to ask for it; a test that expects a line says so with {@link
 * dev.millrace.guard.ExpectedLog} or {@link dev.millrace.guard.LogGuard#expect}. There is no way to
 * be excused from the rest.
 */
package dev.millrace.guard;
