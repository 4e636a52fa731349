package dev.millrace.bench.report;

import java.util.List;
import java.util.Map;

/**
 * The result of one command.
 *
 * @param command its name
 * @param environment where it ran
 * @param options how it was asked, as words for people
 * @param tables what it measured
 */
public record Report(
    String command, Environment environment, Map<String, String> options, List<Table> tables) {}
