package dev.millrace.examples.kv;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.WriteResult;
import java.nio.ByteBuffer;

/**
 * One client. All complete commands of an offer are run, and their replies leave as one write:
 *
 * <pre>
 *               commands while there is room
 *   READY ----------------------------------------> READY
 *     |  a large reply                                ^
 *     +-----------------> SENDING --------------------+
 *     |                     |   the outbox is empty
 *     |  QUIT, bad input,   |  FIN of the client
 *     |  FIN of the client, |
 *     |  shutdown           v
 *     +-----------------> ENDING ----> closed, when the outbox is empty
 * </pre>
 *
 * <p>SENDING and ENDING take no input: the core keeps it, and stops reading when that is too much,
 * so who asks and never reads holds up nobody but itself.
 */
final class Session implements ConnectionHandler {
  /** More at once is left to the outbox, which writes no more than there is room for. */
  private static final int MAX_WRITE_BYTES = 256 << 10;

  /**
   * More messages are not kept for a client that does not take them; as much as the core's queue
   * has by default, so that it does not matter where they wait. Redis cuts at 32 MiB.
   */
  private static final int MAX_PUSHED_BYTES = 16 << 20;

  private final KvService service;
  private final RespParser parser;
  private final Outbox outbox;
  private int protocol = 2;
  private boolean ending;

  /** Why the connection ends, for its record; null if there is nothing to be said. */
  private String reason;

  /** From onOpen on. */
  private Connection connection;

  /** From onOpen on. */
  private Client client;

  Session(KvService service) {
    this.service = service;
    KvSettings settings = service.settings();
    parser = new RespParser(settings.maxBulkBytes(), settings.maxRequestBytes());
    outbox = new Outbox(service);
  }

  Connection connection() {
    return connection;
  }

  /** What is known of it beside its connection. */
  Client client() {
    return client;
  }

  /** Whether it has any subscription, to channels or patterns. */
  boolean isSubscribed() {
    return client.subscriptions() > 0;
  }

  /** 2 or 3. */
  int protocol() {
    return protocol;
  }

  /** Speaks this protocol from the reply to the running command on. */
  void protocol(int protocol) {
    this.protocol = protocol;
    service.reply().protocol(protocol);
  }

  /** No further command is run; when the replies are delivered, the connection ends. */
  void closeAfterReply() {
    end();
  }

  /**
   * Ended by another client: what the connection has is still delivered. A reply of which a part
   * waits here would end in its middle, and a clean end would hide that: then it is a reset.
   */
  void kill(String reason) {
    end();
    if (outbox.isEmpty()) {
      connection.close(reason);
    } else {
      cut(reason);
    }
  }

  /**
   * Ends it by a reset, and what waits is lost. It is taken out of all lists in onClosed, which
   * follows in this turn, and not here, where somebody may be walking over them.
   */
  void cut(String reason) {
    ending = true;
    outbox.clear();
    connection.abort(reason);
  }

  /** From now on it is no client any more, though its connection may take a while to end. */
  private void end() {
    ending = true;
    service.leaves(this);
  }

  @Override
  public void onOpen(Connection connection) {
    this.connection = connection;
    client = new Client(connection);
    service.opened(this);
  }

  @Override
  public void onData(Connection connection, ByteBuffer data) {
    if (ending) {
      data.position(data.limit()); // what comes behind a QUIT, while the replies before it go out
      return;
    }
    int room = outbox.isEmpty() ? connection.room() : 0;
    if (room == 0) {
      return; // onWritable follows, and then this again
    }
    Reply reply = service.reply();
    reply.begin(protocol);
    reply.maxBytes(service.settings().maxReplyBytes(service.waitingBytes()));
    Input in = service.input();
    Args args = service.args();
    in.begin(data);
    try {
      // One reply may go beyond the room; the next command waits until there is some again.
      while (reply.size() < room && !reply.hasLent() && !ending && parser.next(in, args)) {
        service.run(this, args, reply);
      }
    } finally {
      in.end();
      args.end();
    }
    if (parser.error() != null) {
      reply.error("ERR " + parser.error());
      reason = parser.error();
      end();
    }
    if (reply.size() > 0) {
      send(reply);
    }
    reply.end();
    closeIfDone();
  }

  private void send(Reply reply) {
    if (reply.hasLent()
        || reply.size() > MAX_WRITE_BYTES
        || !outbox.isEmpty()
        || connection.write(reply.content()) == WriteResult.FULL) { // the loop's budget is used up
      reply.moveTo(outbox);
      outbox.send(connection);
    }
  }

  /**
   * Sends what is no reply to this client: a message that another one has published. It does not
   * get into the middle of a reply that goes out in pieces.
   *
   * <p>One that has taken all messages before takes this one, however large it is: it goes by the
   * outbox if it is more than the connection's queue may have, or if the queues of all together are
   * full.
   *
   * @param message written to the connection, or kept as it is for its outbox
   * @return as of a write; FULL if too much waits for this client already
   */
  WriteResult push(Message message) {
    if (ending) {
      return WriteResult.CLOSED;
    }
    if (outbox.isEmpty()) {
      WriteResult result = write(message);
      if (result == WriteResult.FULL) {
        // Many may publish in one turn, and then the queue tells more of them than of the reader.
        connection.flush();
        result = write(message);
      }
      if (result == WriteResult.ACCEPTED || result == WriteResult.CLOSED) {
        return result;
      }
      if (connection.queuedBytes() > connection.limits().highWaterBytes()) {
        return WriteResult.FULL;
      }
    }
    // Behind a message of the largest size there is as much room as behind a small one.
    long most = MAX_PUSHED_BYTES + (long) service.settings().maxBulkBytes();
    if (outbox.pushed() > 0 && outbox.pushed() + message.length() > most) {
      return WriteResult.FULL;
    }
    outbox.addPushed(message.kept());
    outbox.send(connection);
    return WriteResult.ACCEPTED;
  }

  private WriteResult write(Message message) {
    return connection.write(message.content());
  }

  /** What the client has not taken yet, but for what the kernel has. */
  long waitingBytes() {
    return connection.queuedBytes() + outbox.pushed();
  }

  @Override
  public void onWritable(Connection connection) {
    outbox.send(connection);
    closeIfDone();
  }

  /**
   * What was asked for is still delivered: the core knows its own queue only, and a close now would
   * end a reply in the outbox in its middle.
   */
  @Override
  public void onShutdown(Connection connection) {
    end();
    closeIfDone();
  }

  /** What was asked for is still delivered. */
  @Override
  public void onInputEnd(Connection connection, int unconsumed) {
    end();
    closeIfDone();
  }

  private void closeIfDone() {
    if (!ending || !outbox.isEmpty()) {
      return;
    }
    if (reason == null) {
      connection.close();
    } else {
      connection.close(reason);
    }
  }

  @Override
  public void onClosed(Connection connection, CloseRecord record) {
    outbox.clear();
    service.closed(this, record);
  }

  /** The reply to a command with too few or too many arguments. */
  void wrongArity(String fullName) {
    service.reply().error("ERR wrong number of arguments for '" + fullName + "' command");
  }
}
