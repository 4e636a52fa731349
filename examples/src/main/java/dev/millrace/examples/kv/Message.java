package dev.millrace.examples.kv;

import java.nio.ByteBuffer;

/**
 * One message to the subscribers of a channel, or of a pattern, in one protocol. It is written once
 * for all of them; those for whom it has to wait share one copy of it. Reused for the next message.
 */
final class Message {
  private final int protocol;
  private final Reply reply = new Reply();

  /** Null while nobody needs it. */
  private byte[] kept;

  Message(int protocol) {
    this.protocol = protocol;
    end();
  }

  /** Ready for the next one. */
  void end() {
    reply.end();
    reply.begin(protocol);
    kept = null;
  }

  boolean isEmpty() {
    return reply.size() == 0;
  }

  /** Where it is to be written, once. */
  Reply reply() {
    return reply;
  }

  int length() {
    return reply.size();
  }

  /** To be read at once. */
  ByteBuffer content() {
    return reply.content();
  }

  /** The same bytes, for as long as they are needed. */
  byte[] kept() {
    if (kept == null) {
      kept = new byte[reply.size()];
      reply.content().get(kept);
    }
    return kept;
  }
}
