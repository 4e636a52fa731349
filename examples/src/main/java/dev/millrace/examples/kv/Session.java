package dev.millrace.examples.kv;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import java.nio.ByteBuffer;

/** One client. */
final class Session implements ConnectionHandler {
  private final KvService service;
  private final RespParser parser;
  private int protocol = 2;
  private boolean closing;

  /** From onOpen on. */
  private Connection connection;

  /** From onOpen on. */
  private Client client;

  Session(KvService service) {
    this.service = service;
    KvSettings settings = service.settings();
    parser = new RespParser(settings.maxBulkBytes(), settings.maxRequestBytes());
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
    closing = true;
  }

  @Override
  public void onOpen(Connection connection) {
    this.connection = connection;
    client = new Client(connection);
    service.opened(this);
  }

  @Override
  public void onData(Connection connection, ByteBuffer data) {
    Input in = service.input();
    Args args = service.args();
    Reply reply = service.reply();
    reply.begin(protocol);
    in.begin(data);
    int room = service.settings().limits().highWaterBytes();
    while (reply.size() < room && !closing && parser.next(in, args)) {
      service.run(this, args, reply);
    }
    in.end();
    if (parser.error() != null) {
      reply.error("ERR " + parser.error());
      closing = true;
    }
    if (reply.size() > 0) {
      connection.write(reply.content());
    }
    if (closing) {
      connection.close();
    }
  }

  @Override
  public void onClosed(Connection connection, CloseRecord record) {
    service.closed(this);
  }

  /** The reply to a command with too few or too many arguments. */
  void wrongArity(String fullName) {
    service.reply().error("ERR wrong number of arguments for '" + fullName + "' command");
  }
}
