package dev.millrace.examples;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A program that needs nothing but the JDK: it sends back what its first read gets, and ends. */
final class OneRead {
  private OneRead() {}

  public static void main(String[] args) throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      System.out.println("listening on 127.0.0.1:" + port);
      try (SocketChannel connection = listener.accept()) {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        System.out.println("read " + connection.read(buffer));
        connection.write(buffer.flip());
      }
    }
  }
}
