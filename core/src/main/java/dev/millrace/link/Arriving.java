package dev.millrace.link;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import java.nio.ByteBuffer;

/** Stands in for the handler until the connection is there, then hands everything on. */
final class Arriving implements ConnectionHandler {
  private final Route.Arrival arrival;
  private ConnectionHandler handler;

  Arriving(Route.Arrival arrival) {
    this.arrival = arrival;
  }

  @Override
  public void onOpen(Connection connection) {
    handler = arrival.onConnected(connection);
    handler.onOpen(connection);
  }

  @Override
  public void onData(Connection connection, ByteBuffer data) {
    handler.onData(connection, data);
  }

  @Override
  public void onWritable(Connection connection) {
    handler.onWritable(connection);
  }

  @Override
  public void onInputEnd(Connection connection, int unconsumed) {
    handler.onInputEnd(connection, unconsumed);
  }

  @Override
  public void onDeadline(Connection connection) {
    handler.onDeadline(connection);
  }

  @Override
  public void onShutdown(Connection connection) {
    handler.onShutdown(connection);
  }

  @Override
  public void onClosed(Connection connection, CloseRecord record) {
    if (handler != null) {
      handler.onClosed(connection, record);
    } else {
      arrival.onFailed(record.kind(), record.toString());
    }
  }
}
