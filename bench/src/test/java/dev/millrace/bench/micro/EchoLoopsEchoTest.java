package dev.millrace.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.millrace.bench.stub.Calls;
import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured does what it is measured for, the core and the floor alike. */
@Timeout(30)
class EchoLoopsEchoTest {
  enum Subject {
    CORE {
      @Override
      EchoLoop on(SelectorProvider provider) throws IOException {
        return new CoreEcho(provider);
      }
    },
    BARE {
      @Override
      EchoLoop on(SelectorProvider provider) throws IOException {
        return new BareEcho(provider, false);
      }
    },
    BARE_TIMEOUTS {
      @Override
      EchoLoop on(SelectorProvider provider) throws IOException {
        return new BareEcho(provider, true);
      }
    };

    abstract EchoLoop on(SelectorProvider provider) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void answersOverRealSockets(Subject subject) throws IOException {
    try (EchoLoop loop = subject.on(SelectorProvider.provider());
        LoopbackClients clients = new LoopbackClients(loop, 3, 1_000)) {
      for (int i = 0; i < 10; i++) {
        clients.exchange(); // compares every byte
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneTurnAnswersEveryClientWithOneReadAndOneWrite(Subject subject) throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = subject.on(provider)) {
      StubClients clients = new StubClients(provider, loop, 5, 64);
      Calls before = provider.calls();
      clients.exchange();
      Calls calls = provider.calls().minus(before);
      assertEquals(new Calls(1, 0, 0, 0, 5, 320, 5, 320, 0, 0, 0, 0, 0), calls);
    }
  }

  @ParameterizedTest
  @EnumSource
  void peerThatTakesAPieceAtATimeGetsAll(Subject subject) throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = subject.on(provider)) {
      StubSocketChannel socket = new StubClients(provider, loop, 1, 1).sockets()[0];
      ByteBuffer written = ByteBuffer.allocate(2_000);
      socket.copyWrittenTo(written);
      socket.takeAtMost(300);
      for (int i = 0; i < 2; i++) {
        socket.arrive(1_000);
        while (socket.bytesWritten() < (i + 1) * 1_000 + 1) {
          loop.turn();
        }
      }
      written.flip();
      assertEquals(2_000, written.remaining());
      for (int i = 0; i < 2_000; i++) {
        assertEquals(StubProvider.byteAt(i + 1L), written.get(i), "byte " + i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectionIsOverInThreeTurns(Subject subject) throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = subject.on(provider)) {
      BriefClient client = new BriefClient(provider, loop);
      client.live();
      Calls before = provider.calls();
      client.live();
      Calls calls = provider.calls().minus(before);
      assertEquals(1, calls.opens());
      assertEquals(1, calls.closes());
      assertEquals(2, calls.reads(), "the request and the FIN");
      assertEquals(1, calls.writes());
      assertEquals(3, calls.selects());
    }
  }

  @ParameterizedTest
  @EnumSource
  void endClosesWhatIsOpen(Subject subject) throws IOException {
    StubProvider provider = new StubProvider();
    EchoLoop loop = subject.on(provider);
    StubClients clients = new StubClients(provider, loop, 2, 1);
    loop.close();
    for (StubSocketChannel socket : clients.sockets()) {
      assertFalse(socket.isOpen());
    }
  }
}
