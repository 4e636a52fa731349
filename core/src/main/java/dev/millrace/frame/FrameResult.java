package dev.millrace.frame;

/** What a reader of frames says of the bytes at the buffer's position. */
public enum FrameResult {
  /** A whole frame; the position is behind it, and the payload may be looked at. */
  FRAME,

  /** The beginning of a frame, or nothing. Nothing was taken: offer it again with what follows. */
  INCOMPLETE,

  /** The input ended between two frames. */
  END,

  /** The input ended within a frame. */
  TRUNCATED,

  /** The frame is longer than allowed. Said to everything that follows, until a reset. */
  OVERSIZED,

  /** The payload is not what was sent. The position is behind it, the next frame can be read. */
  CORRUPT,

  /** There is no frame here. Said to everything that follows, until a reset. */
  DESYNCHRONISED;

  /**
   * Tells whether the stream can't be read any further: its connection is to be ended.
   *
   * @return true for {@link #TRUNCATED}, {@link #OVERSIZED} and {@link #DESYNCHRONISED}
   */
  public boolean isFatal() {
    return this == TRUNCATED || this == OVERSIZED || this == DESYNCHRONISED;
  }
}
