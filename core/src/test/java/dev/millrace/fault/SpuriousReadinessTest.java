package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpuriousReadinessTest {
  @Test
  void theSelectReturnsAndTheKeyIsReadyForAllItAsksFor() throws Exception {
    try (Loopback pair = new Loopback("spurious-ready=1")) {
      assertEquals(1, pair.selector.select()); // without limit, and nothing is there
      assertEquals(SelectionKey.OP_READ, pair.key.readyOps());
      assertEquals("", pair.read(10));
      pair.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, pair.awaitReady());
    }
  }

  @Test
  void theConsumerIsCalledOnceAKey() throws Exception {
    try (Loopback pair = new Loopback("spurious-ready=1")) {
      pair.peerSends("really");
      List<SelectionKey> told = new ArrayList<>();
      assertEquals(1, pair.selector.select(told::add));
      assertEquals(List.of(pair.key), told);
      assertTrue(pair.selector.selectedKeys().isEmpty());
    }
  }

  @Test
  void aKeyWithoutInterestIsLeftInPeace() throws Exception {
    try (Loopback pair = new Loopback("spurious-ready=1")) {
      pair.key.interestOps(0);
      assertEquals(0, pair.selector.selectNow());
      assertEquals(0, pair.selector.select(1));
    }
  }

  @Test
  void aListenerIsReadyWithNobodyThere() throws Exception {
    try (Loopback pair = new Loopback("spurious-ready=1");
        Selector selector = pair.provider.openSelector();
        ServerSocketChannel listener = Loopback.listener(pair.provider)) {
      listener.configureBlocking(false);
      SelectionKey key = listener.register(selector, SelectionKey.OP_ACCEPT);
      List<SelectionKey> told = new ArrayList<>();
      assertEquals(1, selector.select(told::add));
      assertSame(key, told.get(0));
      assertTrue(key.isAcceptable());
      assertEquals(null, listener.accept());
    }
  }

  @Test
  void withoutTheFaultNothingIsReadyThatIsNot() throws Exception {
    try (Loopback pair = new Loopback("seed=1")) {
      for (int i = 0; i < 100; i++) {
        assertEquals(0, pair.selector.selectNow());
      }
    }
  }
}
