package dev.millrace.link;

import dev.millrace.failure.FailureKind;
import java.time.Duration;

/**
 * One step of a link from state to state.
 *
 * @param from the state that was left
 * @param to the state that was entered
 * @param kind the failure that caused it; {@code NONE} if it was none
 * @param reason what happened, in a few words
 * @param delay how long until the next attempt, drawn from the policy; a budget may add to it. Zero
 *     unless {@code to} is {@code WAITING}
 */
public record LinkTransition(
    LinkState from, LinkState to, FailureKind kind, String reason, Duration delay) {}
