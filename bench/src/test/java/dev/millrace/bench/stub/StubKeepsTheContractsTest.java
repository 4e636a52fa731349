package dev.millrace.bench.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What java.nio promises, and the core relies on, is so on the stub. */
@Timeout(30)
class StubKeepsTheContractsTest {
  private final StubProvider provider = new StubProvider();
  private final Selector selector = provider.openSelector();

  @AfterEach
  void close() throws IOException {
    selector.close();
  }

  private StubSocketChannel connected() throws IOException {
    StubSocketChannel channel = provider.openSocketChannel();
    channel.configureBlocking(false);
    channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    return channel;
  }

  @Test
  void readGivesWhatArrivedAndNoMore() throws IOException {
    StubSocketChannel channel = connected();
    channel.arrive(5);
    ByteBuffer target = ByteBuffer.allocate(3);
    assertEquals(3, channel.read(target));
    assertEquals(0, channel.read(target), "a full buffer gets 0");
    assertEquals(2, channel.read(target.clear()));
    assertEquals(0, channel.read(target), "nothing is there, and the end has not come");
    assertEquals(StubProvider.byteAt(3), target.get(0));
    assertEquals(StubProvider.byteAt(4), target.get(1));
    assertEquals(4, provider.calls().reads());
    assertEquals(5, provider.calls().bytesRead());
  }

  @Test
  void bytesGoOnWherePreparedOnesEnd() throws IOException {
    StubSocketChannel channel = connected();
    int all = StubProvider.PATTERN_BYTES + 10;
    channel.arrive(all);
    ByteBuffer target = ByteBuffer.allocateDirect(all);
    assertEquals(all, channel.read(target));
    for (int i = 0; i < all; i++) {
      assertEquals(StubProvider.byteAt(i), target.get(i), "byte " + i);
    }
  }

  @Test
  void aMessageArrivesInPlaceOfPreparedBytesOnceWhatCameBeforeIsRead() throws IOException {
    StubSocketChannel channel = connected();
    channel.arrive(2);
    ByteBuffer message = ByteBuffer.wrap(new byte[] {7, 8, 9}, 1, 2);
    assertThrows(IllegalStateException.class, () -> channel.arrive(message));
    ByteBuffer target = ByteBuffer.allocate(8);
    assertEquals(2, channel.read(target));
    channel.arrive(message);
    assertThrows(IllegalStateException.class, () -> channel.arrive(1));
    assertEquals(1, channel.read(target.clear().limit(1)));
    assertEquals(1, channel.read(target.limit(8)));
    assertEquals(ByteBuffer.wrap(new byte[] {8, 9}), target.flip());
    channel.arrive(1);
    assertEquals(1, channel.read(target.clear()));
    assertEquals(StubProvider.byteAt(4), target.get(0), "its place counts what came between");
  }

  @Test
  void endComesBehindTheBytesAndStays() throws IOException {
    StubSocketChannel channel = connected();
    channel.arrive(1);
    channel.arriveEnd();
    ByteBuffer target = ByteBuffer.allocate(8);
    assertEquals(1, channel.read(target));
    assertEquals(-1, channel.read(target));
    assertEquals(-1, channel.read(target));
    assertEquals(0, channel.read(ByteBuffer.allocate(0)), "no room comes before the end");
  }

  @Test
  void writeTakesOnlySoMuchPerCall() throws IOException {
    StubSocketChannel channel = connected();
    ByteBuffer copy = ByteBuffer.allocate(8);
    channel.copyWrittenTo(copy);
    channel.takeAtMost(3);
    ByteBuffer source = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
    assertEquals(3, channel.write(source));
    assertEquals(2, channel.write(source));
    assertEquals(0, channel.write(source));
    assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), copy.flip());
    assertEquals(3, provider.calls().writes());
    assertEquals(5, provider.calls().bytesWritten());
  }

  @Test
  void gatheringWriteIsOneCallAndOneLimit() throws IOException {
    StubSocketChannel channel = connected();
    channel.takeAtMost(5);
    ByteBuffer[] sources = {
      ByteBuffer.allocate(2), ByteBuffer.allocate(4), ByteBuffer.allocate(4), ByteBuffer.allocate(9)
    };
    assertEquals(5, channel.write(sources, 0, 3));
    assertFalse(sources[0].hasRemaining());
    assertEquals(1, sources[1].remaining());
    assertEquals(4, sources[2].remaining());
    assertEquals(5, channel.write(sources, 0, 3));
    assertEquals(9, sources[3].remaining(), "it lies outside of the range");
    assertEquals(2, provider.calls().writes());
    assertThrows(IndexOutOfBoundsException.class, () -> channel.write(sources, 2, 3));
  }

  @Test
  void unconnectedClosedAndShutChannelsRefuse() throws IOException {
    StubSocketChannel channel = provider.openSocketChannel();
    ByteBuffer buffer = ByteBuffer.allocate(1);
    assertThrows(NotYetConnectedException.class, () -> channel.read(buffer));
    assertThrows(NotYetConnectedException.class, () -> channel.write(buffer));
    assertTrue(channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
    assertThrows(
        IllegalArgumentException.class, () -> channel.read(buffer.asReadOnlyBuffer()), "JDK's");
    channel.shutdownOutput();
    assertTrue(channel.isOutputEnded());
    assertThrows(ClosedChannelException.class, () -> channel.write(buffer));
    assertEquals(0, channel.read(buffer), "the other direction goes on");
    channel.close();
    assertThrows(ClosedChannelException.class, () -> channel.read(buffer));
    assertEquals(1, provider.calls().closes());
    assertEquals(1, provider.calls().halfCloses());
  }

  @Test
  void selectHandsOverWhatIsReadyOfWhatIsAsked() throws IOException {
    StubSocketChannel channel = connected();
    SelectionKey key = channel.register(selector, SelectionKey.OP_READ, "attached");
    assertEquals(0, selector.selectNow(k -> {}));
    channel.arrive(1);
    List<Object> seen = new ArrayList<>();
    assertEquals(
        1,
        selector.selectNow(
            k -> {
              seen.add(k.attachment());
              seen.add(k.readyOps());
            }));
    assertEquals(List.of("attached", SelectionKey.OP_READ), seen);
    assertEquals(1, selector.selectNow(k -> {}), "not read, so ready again");
    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    selector.selectNow(
        k -> assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, k.readyOps()));
    channel.takeAtMost(0);
    selector.selectNow(k -> assertEquals(SelectionKey.OP_READ, k.readyOps()));
    key.interestOps(0);
    assertEquals(0, selector.selectNow(k -> {}));
    assertEquals(2, provider.calls().interestPuts());
    assertEquals(6, provider.calls().selects());
    assertThrows(IllegalArgumentException.class, () -> key.interestOps(SelectionKey.OP_ACCEPT));
  }

  @Test
  void interestTakenAwayByAnEarlierKeyCounts() throws IOException {
    StubSocketChannel first = connected();
    StubSocketChannel second = connected();
    first.register(selector, SelectionKey.OP_READ);
    SelectionKey mute = second.register(selector, SelectionKey.OP_READ);
    first.arrive(1);
    second.arrive(1);
    assertEquals(1, selector.selectNow(k -> mute.interestOps(0)));
    mute.interestOps(SelectionKey.OP_READ);
    assertEquals(2, selector.selectNow(k -> {}));
  }

  @Test
  void whatArrivesWhileKeysAreHandedOverIsForTheNextSelect() throws IOException {
    StubSocketChannel first = connected();
    StubSocketChannel second = connected();
    first.register(selector, SelectionKey.OP_READ);
    second.register(selector, SelectionKey.OP_READ);
    first.arrive(1);
    assertEquals(1, selector.selectNow(k -> second.arrive(1)));
    assertEquals(2, selector.selectNow(k -> {}));
  }

  @Test
  void closedChannelIsDeregisteredByTheNextSelect() throws IOException {
    StubSocketChannel channel = connected();
    SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
    channel.arrive(1);
    channel.close();
    assertFalse(key.isValid());
    assertEquals(Set.of(key), selector.keys());
    assertThrows(CancelledKeyException.class, () -> key.interestOps(0));
    assertEquals(0, selector.selectNow(k -> {}));
    assertEquals(Set.of(), selector.keys());
    assertFalse(channel.isRegistered());
  }

  @Test
  void cancelledChannelCanBeRegisteredAnew() throws IOException {
    StubSocketChannel channel = connected();
    channel.register(selector, SelectionKey.OP_READ).cancel();
    selector.selectNow(k -> {});
    SelectionKey again = channel.register(selector, SelectionKey.OP_READ);
    assertSame(again, channel.keyFor(selector));
    channel.arrive(1);
    assertEquals(1, selector.selectNow(k -> assertSame(again, k)));
    assertEquals(2, provider.calls().registers());
  }

  @Test
  void selectedKeysKeepWhatNobodyTookOut() throws IOException {
    StubSocketChannel channel = connected();
    SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
    channel.arrive(1);
    assertEquals(1, selector.selectNow());
    assertEquals(0, selector.selectNow(), "nothing new");
    assertEquals(Set.of(key), selector.selectedKeys());
  }

  @Test
  void wakeUpEndsOneSelectAndNotTwo() throws IOException {
    selector.wakeup();
    selector.wakeup();
    assertEquals(0, selector.select(k -> {}, 0), "0 waits for ever, but for the wake-up");
    assertEquals(0, selector.select(k -> {}, 1), "used up, so this one waits its millisecond");
    assertEquals(2, provider.calls().wakeups());
  }

  @Test
  void wakeUpIsUsedUpByOneThatDoesNotWait() throws IOException {
    selector.wakeup();
    selector.selectNow(k -> {});
    long begun = System.nanoTime();
    selector.select(k -> {}, 2);
    assertTrue(System.nanoTime() - begun >= 2_000_000, "it had to wait");
  }

  @Test
  void otherThreadWakesAWait() throws Exception {
    Thread other = new Thread(selector::wakeup, "waker");
    other.start();
    selector.select(k -> {}, 0);
    other.join();
    assertEquals(1, provider.calls().wakeups());
  }

  @Test
  void interruptedThreadDoesNotWait() throws IOException {
    Thread.currentThread().interrupt();
    selector.select(k -> {}, 0);
    assertTrue(Thread.interrupted(), "the status stays, as the JDK leaves it");
  }

  @Test
  void selectInsideOfASelectIsRefused() throws IOException {
    StubSocketChannel channel = connected();
    channel.register(selector, SelectionKey.OP_WRITE);
    selector.selectNow(
        k -> assertThrows(IllegalStateException.class, () -> selector.selectNow(x -> {})));
  }

  @Test
  void closedSelectorRefusesAndInvalidatesItsKeys() throws IOException {
    StubSocketChannel channel = connected();
    SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
    selector.close();
    assertFalse(key.isValid());
    assertTrue(channel.isOpen());
    assertThrows(ClosedSelectorException.class, () -> selector.selectNow(k -> {}));
  }

  @Test
  void listenerGivesWhoConnectedInOrder() throws IOException {
    assertThrows(IllegalStateException.class, provider::connect, "nobody listens");
    ServerSocketChannel listener = provider.openServerSocketChannel();
    listener.configureBlocking(false);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.register(selector, SelectionKey.OP_ACCEPT);
    assertNull(listener.accept());
    assertEquals(0, selector.selectNow(k -> {}));
    StubSocketChannel first = provider.connect();
    StubSocketChannel second = provider.connect();
    assertEquals(1, selector.selectNow(k -> {}));
    assertSame(first, listener.accept());
    assertSame(second, listener.accept());
    assertTrue(second.isConnected());
    assertEquals(3, provider.calls().accepts());
    assertEquals(3, provider.calls().opens(), "the listener and two sockets");
    listener.close();
    assertThrows(IllegalStateException.class, provider::connect);
  }

  @Test
  void differenceOfCountsCountsWhatCameInBetween() throws IOException {
    StubSocketChannel channel = connected();
    Calls before = provider.calls();
    channel.arrive(7);
    channel.read(ByteBuffer.allocate(8));
    Calls since = provider.calls().minus(before);
    assertEquals(new Calls(0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0), since);
    assertEquals(1, since.all());
  }
}
