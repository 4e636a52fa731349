package dev.millrace.link;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.dial.DialFailure;
import dev.millrace.dial.DialListener;

/** What came of a call, in the words of a route. */
final class Answer implements DialListener {
  private final Route.Arrival arrival;

  Answer(Route.Arrival arrival) {
    this.arrival = arrival;
  }

  @Override
  public ConnectionHandler onConnected(Connection connection) {
    return arrival.onConnected(connection);
  }

  @Override
  public void onFailed(DialFailure failure) {
    arrival.onFailed(failure.kind(), failure.toString());
  }
}
