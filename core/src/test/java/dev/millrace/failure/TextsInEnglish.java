package dev.millrace.failure;

import java.util.Map;

/** What the simulated kernel says, which is what Linux says in English, as if it were learned. */
public final class TextsInEnglish {
  public static final FailureTexts LEARNED =
      FailureTexts.of(
          Map.of(
              FailureKind.EPIPE, "Broken pipe",
              FailureKind.ECONNRESET, "Connection reset by peer",
              FailureKind.ECONNREFUSED, "Connection refused",
              FailureKind.EADDRINUSE, "Address already in use"));

  private TextsInEnglish() {}
}
