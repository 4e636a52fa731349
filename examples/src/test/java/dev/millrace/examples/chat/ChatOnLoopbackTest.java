package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.ExampleProcess;
import dev.millrace.examples.OutsideProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a user runs it, with real sockets and a real client. */
@Timeout(120)
@SuppressWarnings("try") // who was told of the shutdown leaves
class ChatOnLoopbackTest {
  /** One who talks and reads line by line. */
  private static final class Person implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader reader;

    Person(ExampleProcess chat, String name) throws IOException {
      socket = chat.connect();
      reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertTrue(hear().startsWith("* Welcome"));
      say(name);
      assertTrue(hear().startsWith("* " + name + " joined"));
    }

    void say(String line) throws IOException {
      socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    String hear() {
      try {
        return reader.readLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void peopleTalkAndAreToldOfTheShutdown() throws Exception {
    try (ExampleProcess chat = ExampleProcess.serveProgram("chat");
        Person bob = new Person(chat, "bob");
        Person zoe = new Person(chat, "zoë")) {
      assertEquals("* zoë joined; 2 here.", bob.hear());
      bob.say("ça va? 😀");
      assertEquals("<bob> ça va? 😀", zoe.hear());
      zoe.say("/who");
      assertEquals("* 2 here: bob, zoë.", zoe.hear());
      zoe.say("/quit");
      assertEquals("* Bye.", zoe.hear());
      assertNull(zoe.hear());
      assertEquals("* zoë left.", bob.hear());
      chat.terminate();
      assertEquals("* The server is shutting down.", bob.hear());
      assertNull(bob.hear());
      bob.close();
      assertEquals(0, chat.awaitExit());
    }
  }

  @Test
  void oneWhoDoesNotReadIsCutByTheKernelsAndItsOwnBacklog() throws Exception {
    try (ExampleProcess chat =
            ExampleProcess.serveProgram(
                "chat",
                "--verbose",
                "--backlog",
                "131072",
                "--pace",
                "0",
                "--drain-timeout",
                "200ms");
        Person bob = new Person(chat, "bob");
        Person eve = new Person(chat, "eve");
        SocketChannel slow = chat.connectChannel()) {
      assertEquals("* eve joined; 2 here.", bob.hear());
      slow.write(ByteBuffer.wrap("slow\n".getBytes(StandardCharsets.UTF_8)));
      assertEquals("* slow joined; 3 here.", bob.hear());
      assertEquals("* slow joined; 3 here.", eve.hear());
      // Bob says a line when Eve has heard the one before: she is never behind. What she is told of
      // the other comes behind the line that was too much for him.
      String text = "x".repeat(1000);
      String told = null;
      for (int n = 0; n < 5_000 && told == null; n++) {
        bob.say(text + n);
        String heard = eve.hear();
        if (heard.startsWith("* ")) {
          told = heard;
          heard = eve.hear();
        }
        assertEquals("<bob> " + text + n, heard);
      }
      bob.say("/who");
      if (told == null) {
        told = eve.hear();
      }
      assertTrue(told.matches("\\* slow was cut off: too slow, 13\\d{4} bytes behind\\."), told);
      assertEquals(told, bob.hear());
      assertEquals("* 2 here: bob, eve.", bob.hear());
      String record = chat.awaitErr("kind=DRAIN_TIMEOUT");
      assertTrue(ExampleProcess.valueOf(record, "unsent") > 100_000, record);
    }
  }

  @Test
  void netcatTalks(@TempDir Path directory) throws Exception {
    OutsideProgram.require("nc");
    Path heard = directory.resolve("heard");
    Path said = Files.writeString(directory.resolve("said"), "nick\nhello\r\nlast words\n");
    try (ExampleProcess chat = ExampleProcess.serveProgram("chat");
        Person bob = new Person(chat, "bob")) {
      Process nc =
          new ProcessBuilder("nc", "-N", "127.0.0.1", Integer.toString(chat.port()))
              .redirectInput(said.toFile())
              .redirectOutput(heard.toFile())
              .redirectErrorStream(true)
              .start();
      assertTrue(nc.waitFor(30, TimeUnit.SECONDS), "nc does not end");
      for (String line :
          List.of("* nick joined; 2 here.", "<nick> hello", "<nick> last words", "* nick left.")) {
        assertEquals(line, bob.hear());
      }
      assertEquals(
          List.of(
              "* Welcome. Your name, please? (/help lists the commands)", "* nick joined; 2 here."),
          Files.readAllLines(heard));
    }
  }
}
