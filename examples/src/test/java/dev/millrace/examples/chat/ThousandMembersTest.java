package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A full room on real sockets: each of a thousand says a line, and all the others hear it. */
@Timeout(120)
class ThousandMembersTest {
  private static final int MEMBERS = 1_000;
  private static final int TALKERS = 100;

  /** One client: how many lines it has heard, and their order as one number. */
  private static final class Ear {
    private final Transcript heard = new Transcript();
    private SocketChannel channel;
    private int lines;
    private long order;

    void count(String line) {
      if (line.startsWith("<")) {
        lines++;
        order = 31 * order + line.hashCode();
      }
      heard.lines().clear(); // a hundred thousand lines in all need not be kept
    }
  }

  @Test
  void allHearTheSame() throws Exception {
    ChatSettings settings = ChatSettings.defaults();
    try (Server server =
            Server.builder()
                .listen("127.0.0.1", 0)
                .limits(settings.limits())
                .socketSettings(settings.socketSettings())
                .handler(new ChatRoom(settings))
                .start();
        Selector selector = Selector.open()) {
      List<Ear> ears = new ArrayList<>();
      try {
        for (int i = 0; i < MEMBERS; i++) {
          ears.add(join(server.port(), selector, "m" + i));
        }
        int[] joined = {0};
        Ear last = ears.get(MEMBERS - 1);
        last.heard.each(
            (line, index) -> {
              joined[0] += line.endsWith("joined; " + MEMBERS + " here.") ? 1 : 0;
              last.count(line);
            });
        read(selector, () -> joined[0] == 1);
        for (int i = 0; i < TALKERS; i++) {
          ears.get(i).channel.write(bytes("line of " + i + "\n"));
        }
        long all = (long) TALKERS * (MEMBERS - 1); // nobody hears himself
        read(selector, () -> ears.stream().mapToLong(e -> e.lines).sum() >= all);
        for (int i = 0; i < MEMBERS; i++) {
          Ear ear = ears.get(i);
          assertEquals(i < TALKERS ? TALKERS - 1 : TALKERS, ear.lines, "member " + i);
          if (i >= TALKERS) {
            assertEquals(last.order, ear.order, "member " + i + " heard another order");
          }
        }
      } finally {
        for (Ear ear : ears) {
          ear.channel.close();
        }
      }
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Ear join(int port, Selector selector, String name) throws IOException {
    Ear ear = new Ear();
    ear.heard.each((line, index) -> ear.count(line));
    ear.channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    ear.channel.write(bytes(name + "\n"));
    ear.channel.configureBlocking(false);
    ear.channel.register(selector, SelectionKey.OP_READ, ear);
    // Whoever reads only at the end would be slow: a thousand times "joined" is not little.
    drain(selector, 0);
    return ear;
  }

  private static void read(Selector selector, BooleanSupplier until) throws IOException {
    while (!until.getAsBoolean()) {
      drain(selector, 10);
    }
  }

  private static void drain(Selector selector, long millis) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    if (millis == 0) {
      selector.selectNow();
    } else {
      selector.select(millis);
    }
    for (SelectionKey key : selector.selectedKeys()) {
      Ear ear = (Ear) key.attachment();
      assertTrue(ear.channel.read(buffer.clear()) >= 0, "closed by the server");
      ear.heard.hear(buffer.flip());
    }
    selector.selectedKeys().clear();
  }
}
