package dev.millrace.examples.http;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The conditions that a request for a file may carry, in the order in which RFC 9110 section 13.2.2
 * has them looked at.
 */
final class Preconditions {
  private Preconditions() {}

  /**
   * Answers {@code OK} if the method is to be performed, {@code NOT_MODIFIED} if the client has the
   * file already, {@code PRECONDITION_FAILED} if it means another one.
   *
   * @param modified when the file was, in whole seconds as dates have them
   */
  static Status evaluate(RequestHead request, String tag, Instant modified) {
    String match = request.header("if-match");
    if (match != null) {
      if (!names(match, tag, true)) {
        return Status.PRECONDITION_FAILED;
      }
    } else {
      Instant since = date(request.header("if-unmodified-since"));
      if (since != null && modified.isAfter(since)) {
        return Status.PRECONDITION_FAILED;
      }
    }
    String noneMatch = request.header("if-none-match");
    if (noneMatch != null) {
      return names(noneMatch, tag, false) ? Status.NOT_MODIFIED : Status.OK;
    }
    Instant since = date(request.header("if-modified-since"));
    return since != null && !modified.isAfter(since) ? Status.NOT_MODIFIED : Status.OK;
  }

  /**
   * Whether a Range field counts: only if the file is still the one the client has a part of. A
   * date has to be the very one, and a strong validator, which it is not within two seconds of the
   * change (RFC 9110 section 13.1.5); the tag, which is weak for as long, tells that.
   */
  static boolean isRangeMeant(RequestHead request, String tag, Instant modified) {
    String condition = request.header("if-range");
    if (condition == null) {
      return true;
    }
    if (isWeak(tag)) {
      return false;
    }
    return condition.startsWith("\"") ? condition.equals(tag) : modified.equals(date(condition));
  }

  /**
   * The file's entity tag: the time of its last change and its size. Strong, as byte ranges need it
   * to be, unless the change is less than two seconds ago: then another one of the same size could
   * follow within what the file system's clock tells apart (RFC 9110 section 8.8.2.2 says why a
   * second is the least; FAT counts in twos).
   */
  static String tag(Instant changed, long size, Instant now) {
    String opaque =
        Long.toHexString(changed.getEpochSecond())
            + "."
            + Integer.toHexString(changed.getNano())
            + "-"
            + Long.toHexString(size);
    boolean isFresh = changed.plus(2, ChronoUnit.SECONDS).isAfter(now);
    return (isFresh ? "W/\"" : "\"") + opaque + "\"";
  }

  /** Whether a list of tags has this one; a comma within a foreign tag does no harm here. */
  private static boolean names(String list, String tag, boolean isStrong) {
    if (list.equals("*")) {
      return true;
    }
    if (isStrong && isWeak(tag)) {
      return false;
    }
    String opaque = isWeak(tag) ? tag.substring(2) : tag;
    for (String each : list.split(",", -1)) {
      String one = each.strip();
      if (one.equals(opaque) || (!isStrong && isWeak(one) && one.substring(2).equals(opaque))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWeak(String tag) {
    return tag.startsWith("W/");
  }

  private static Instant date(String text) {
    return text == null ? null : HttpDate.parse(text);
  }
}
