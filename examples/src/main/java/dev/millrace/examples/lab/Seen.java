package dev.millrace.examples.lab;

/**
 * One result of one operation, as it was seen here: a row of the report's table.
 *
 * @param lane which of the two programs
 * @param operation what was called: {@code read}, {@code write}, …
 * @param result what it returned, such as {@code -1}, or the full name of the class it threw
 * @param text the exception's message as in this locale; empty if there is none
 * @param kind what the classifier calls it; {@code NONE} for an orderly end, empty where nothing
 *     failed
 * @param certainty how certain that is; empty if kind is
 */
public record Seen(
    Lane lane, String operation, String result, String text, String kind, String certainty) {}
