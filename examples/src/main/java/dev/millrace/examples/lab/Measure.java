package dev.millrace.examples.lab;

/**
 * One number that an experiment measured.
 *
 * @param name of what, unique in the experiment
 * @param value how much
 * @param unit of the value: {@code B}, {@code rounds}, …
 */
public record Measure(String name, long value, String unit) {}
