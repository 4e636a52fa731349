package dev.millrace.bench.load;

/**
 * What a server has to be told before it can answer as a load expects: the values that will be
 * asked for. It is said on a connection of its own, before the others are there.
 *
 * @param conversation whose requests 0 to {@code requests - 1} are made, each answer checked
 * @param requests how many
 */
public record Preparation(Conversation conversation, long requests) {}
