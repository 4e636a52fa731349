/**
 * What a measurement leaves behind: {@link dev.millrace.bench.report.Report}, which is where it was
 * measured ({@link dev.millrace.bench.report.Environment}), with what options, and {@link
 * dev.millrace.bench.report.Table}s of {@link dev.millrace.bench.report.Summary}s. It is written as
 * JSON, which is the record and is read back, and from that as Markdown and as charts.
 *
 * <p>A figure without its environment is worth nothing, so no table is written without one.
 */
package dev.millrace.bench.report;
