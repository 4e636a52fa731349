package dev.millrace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A kernel that a test has in its hand: takes as many bytes in each call as it is told to, all of
 * them if it is told nothing, and writes down what every call offered. There is no socket in it.
 */
final class RecordingChannel extends SocketChannel {
  /**
   * What each call looked like: {@code "7"} for one buffer of 7 bytes, {@code "[7, 3]"} for two.
   */
  final List<String> calls = new ArrayList<>();

  /** How many bytes the next calls take. */
  final ArrayDeque<Integer> takes = new ArrayDeque<>();

  /** Thrown by the call that comes after all of {@link #takes}. */
  IOException thenThrow;

  final ByteArrayOutputStream taken = new ByteArrayOutputStream();

  RecordingChannel() {
    super(SelectorProvider.provider());
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    calls.add(Integer.toString(source.remaining()));
    return take(source, allowance());
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    List<Integer> sizes = new ArrayList<>();
    for (int i = offset; i < offset + length; i++) {
      sizes.add(sources[i].remaining());
    }
    calls.add(sizes.toString());
    int left = allowance();
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      int n = take(sources[i], left);
      left -= n;
      sum += n;
    }
    return sum;
  }

  private int allowance() throws IOException {
    if (takes.isEmpty() && thenThrow != null) {
      throw thenThrow;
    }
    return takes.isEmpty() ? Integer.MAX_VALUE : takes.poll();
  }

  private int take(ByteBuffer source, int most) {
    byte[] copy = new byte[Math.min(most, source.remaining())];
    source.get(copy);
    taken.writeBytes(copy);
    return copy.length;
  }

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketChannel bind(SocketAddress local) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T getOption(SocketOption<T> name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return Set.of();
  }

  @Override
  public SocketChannel shutdownInput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketChannel shutdownOutput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket socket() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isConnectionPending() {
    return false;
  }

  @Override
  public boolean connect(SocketAddress remote) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean finishConnect() {
    return true;
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return null;
  }

  @Override
  public SocketAddress getLocalAddress() {
    return null;
  }

  @Override
  protected void implCloseSelectableChannel() {}

  @Override
  protected void implConfigureBlocking(boolean block) {}
}
