package dev.millrace.examples.chat;

import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import java.time.Duration;

/**
 * Bounds of a room; immutable.
 *
 * @param maxLineBytes most bytes of a line, its end not counted. Default 1,024: some fifteen lines
 *     of a terminal, twice what IRC allows
 * @param backlogBytes how many bytes a member may be behind before he is cut, besides what the
 *     kernel holds. Default 1 MiB: a thousand of the longest lines, hours of people's talk
 * @param paceBytes how many bytes a second one member may say, {@link #BURST_BYTES} ahead; 0 for no
 *     bound. Default 16 KiB: nobody types so fast, and sixty-four that flood come to 1 MiB a second
 * @param nameTimeout how long somebody may take to say a name. Default 2 min: a person at a
 *     keyboard; nothing else ends a connection that never says anything
 */
public record ChatSettings(
    int maxLineBytes, int backlogBytes, int paceBytes, Duration nameTimeout) {

  /** A page that is pasted is a few KiB and comes through at once; so does the longest line. */
  static final int BURST_BYTES = 32 << 10;

  /** What a short line costs beside its bytes: the copies and system calls for all the others. */
  static final int LINE_OVERHEAD_BYTES = 64;

  /** Kept free above the backlog for the line that says why somebody is cut. */
  static final int RESERVE_BYTES = 512;

  /**
   * What all members together may be behind, with those who are closing: half of what a loop holds
   * by default. The loop counts whole chunks, and gets the memory of who is cut back only at the
   * end of the turn; the other half is for that.
   */
  static final long ROOM_BYTES = 64L << 20;

  private static final int MIN_LINE = 16;
  private static final int MAX_LINE = 16 << 10; // two of them fit the core's 64 KiB of kept input

  /** The core wants room for one read behind the high water mark, 64 KiB each. */
  private static final int MIN_BACKLOG = 128 << 10;

  private static final int MAX_BACKLOG = 64 << 20;
  private static final int MAX_PACE = 1 << 30;

  /**
   * Kernel's part of what a member may be behind. Left alone it grows to 4 MiB (tcp_wmem), and then
   * it is the kernel that decides when somebody is slow, hours after the fact. 64 KiB carry 640 KB
   * a second over a path of 100 ms.
   */
  private static final int SEND_BUFFER_BYTES = 64 << 10;

  private static final ChatSettings DEFAULTS =
      new ChatSettings(1 << 10, 1 << 20, 16 << 10, Duration.ofMinutes(2));

  /**
   * Checks every value.
   *
   * @param maxLineBytes as above
   * @param backlogBytes as above
   * @param paceBytes as above
   * @param nameTimeout as above
   * @throws IllegalArgumentException if a value is out of range; the message names the option of
   *     the command line, the value and what is allowed
   */
  public ChatSettings {
    checkRange("--max-line", maxLineBytes, MIN_LINE, MAX_LINE);
    checkRange("--backlog", backlogBytes, MIN_BACKLOG, MAX_BACKLOG);
    checkRange("--pace", paceBytes, 0, MAX_PACE);
  }

  private static void checkRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " is " + value + ", allowed is " + min + " to " + max);
    }
  }

  /**
   * The defaults, each with its reason above.
   *
   * @return the defaults
   */
  public static ChatSettings defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another {@code maxLineBytes}.
   *
   * @param maxLineBytes as described at the record
   * @return a changed copy
   */
  public ChatSettings withMaxLineBytes(int maxLineBytes) {
    return new ChatSettings(maxLineBytes, backlogBytes, paceBytes, nameTimeout);
  }

  /**
   * The same with another {@code backlogBytes}.
   *
   * @param backlogBytes as described at the record
   * @return a changed copy
   */
  public ChatSettings withBacklogBytes(int backlogBytes) {
    return new ChatSettings(maxLineBytes, backlogBytes, paceBytes, nameTimeout);
  }

  /**
   * The same with another {@code paceBytes}.
   *
   * @param paceBytes as described at the record
   * @return a changed copy
   */
  public ChatSettings withPaceBytes(int paceBytes) {
    return new ChatSettings(maxLineBytes, backlogBytes, paceBytes, nameTimeout);
  }

  /**
   * The same with another {@code nameTimeout}.
   *
   * @param nameTimeout as described at the record
   * @return a changed copy
   */
  public ChatSettings withNameTimeout(Duration nameTimeout) {
    return new ChatSettings(maxLineBytes, backlogBytes, paceBytes, nameTimeout);
  }

  /**
   * The bounds of the core that fit: its hard limit is the backlog and, above that, room for the
   * last line.
   *
   * @return limits for the server
   */
  public Limits limits() {
    return Limits.defaults().withHardLimitBytes(backlogBytes + RESERVE_BYTES);
  }

  /**
   * The time-outs that fit: none for a pause. It is the timer of the pace that ends one, and at a
   * slow pace that may well take longer than the core's five minutes.
   *
   * @param timeouts for all else
   * @return time-outs for the server
   */
  public Timeouts timeouts(Timeouts timeouts) {
    return timeouts.withPaused(Duration.ZERO);
  }

  /**
   * The socket options that fit: the kernel's share of the backlog is bounded, too, and it looks
   * after peers that are silent, since a chat has no read time-out.
   *
   * @return settings for the server
   */
  public SocketSettings socketSettings() {
    return SocketSettings.defaults().withSendBufferBytes(SEND_BUFFER_BYTES).withKeepAlive(true);
  }
}
