package dev.millrace.sim;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/** A listening socket: connections that are made, and not yet accepted. */
final class Listening {
  final SimHost host;
  final InetSocketAddress address;
  private final int backlog;
  private final ArrayDeque<Endpoint> queue = new ArrayDeque<>();
  private Endpoint.Watcher watcher;
  private int underWay;
  private boolean closed;

  Listening(SimHost host, InetSocketAddress address, int backlog) {
    this.host = host;
    this.address = address;
    this.backlog = backlog;
  }

  void watch(Endpoint.Watcher watcher) {
    this.watcher = watcher;
  }

  /** One more than the backlog finds room, as on Linux; beyond it the SYN is dropped. */
  boolean hasRoom() {
    return queue.size() + underWay <= backlog;
  }

  void synArrived(Endpoint client) {
    underWay++;
    new Endpoint(host).answer(client, this);
  }

  void gaveUp() {
    underWay--;
  }

  void established(Endpoint server) {
    underWay--;
    if (closed) {
      server.reset();
      return;
    }
    queue.add(server);
    host.world().note(server, "waits for accept", queue.size());
    host.world().changed();
    server.path().atConnected();
    if (watcher != null) {
      watcher.changed();
    }
  }

  boolean isAcceptable() {
    return !queue.isEmpty();
  }

  /** The longest waiting one, or null. */
  Endpoint accept() {
    Endpoint accepted = queue.poll();
    if (accepted != null) {
      host.world().moved();
      host.world().note(accepted, "accepted", -1);
    }
    return accepted;
  }

  /** Whoever waits is told by a reset. */
  void close() {
    closed = true;
    host.unbind(this);
    while (!queue.isEmpty()) {
      queue.poll().reset();
    }
  }
}
