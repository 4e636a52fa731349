package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EventLoop;
import dev.millrace.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program of the package's documentation does what is said of it there. */
@Timeout(60)
class ExampleOfTheDocumentationTest {
  @Test
  void oneMessageOverRealSockets() throws IOException {
    EventLoop loop = new EventLoop();
    List<String> store = new ArrayList<>();
    LinkServer links =
        LinkServer.builder((session, id, payload) -> store.add(id + " " + text(payload))).build();
    Server server =
        Server.builder().loop(loop).listen("127.0.0.1", 0).handler(links::handler).start();

    Link link =
        Link.builder(Route.to(server.addresses().get(0), Duration.ofSeconds(3)))
            .listener(
                new LinkListener() {
                  @Override
                  public void onClosed(Link link, LinkReport report) {
                    loop.stop();
                  }
                })
            .build(loop);
    loop.execute(link::open);
    loop.execute(() -> link.send(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8))));
    loop.execute(() -> link.close(Duration.ofSeconds(10)));
    loop.run(); // store is ["1 hello"]
    assertEquals(List.of("1 hello"), store);
  }

  @Test
  void programInTheDocumentationIsTheOneTestedHere() throws IOException {
    String page = Files.readString(Path.of("src/main/java/dev/millrace/link/package-info.java"));
    int from = page.indexOf("EventLoop loop");
    String documented =
        page.substring(from, page.indexOf("}</pre>", from)).replaceAll("(?m)^ \\*( |$)", "");
    String here =
        Files.readString(
            Path.of("src/test/java/dev/millrace/link/ExampleOfTheDocumentationTest.java"));
    assertTrue(withoutSpace(here).contains(withoutSpace(documented)), "they differ");
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s+", "");
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }
}
