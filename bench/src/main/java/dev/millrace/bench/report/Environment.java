package dev.millrace.bench.report;

import java.util.Map;

/**
 * Where and when something was measured.
 *
 * @param facts commit, date, JDK, its flags, kernel, CPU and so on, in the order they are shown
 */
public record Environment(Map<String, String> facts) {}
