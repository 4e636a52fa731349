package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A head is complete: what it says. */
@Timeout(20)
class HeadReadTest {
  private final HeadParser parser = new HeadParser(8192, 8192);
  private final RequestHead head = new RequestHead();

  private RequestHead read(String text) {
    assertEquals(HeadParser.COMPLETE, parser.parse(ByteBuffer.wrap(Reading.bytes(text)), head));
    return head;
  }

  private RequestHead fields(String lines) {
    return read("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
  }

  private RequestHead target(String target) {
    return read("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  @Test
  void everyMethodIsKnown() {
    for (Method method : Method.values()) {
      String target = method == Method.CONNECT ? "a:1" : "/";
      assertSame(method, read(method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").method());
    }
    for (String other : new String[] {"G", "GE", "GETT", "Get", "POSTS", "CONNECTS", "DELETED1"}) {
      assertSame(Method.OTHER, read(other + " / HTTP/1.1\r\nHost: a\r\n\r\n").method());
    }
  }

  @Test
  void theTargetHasAPathAndAQuery() {
    assertEquals("/a/b?c=d?e", target("/a/b?c=d?e").target());
    assertEquals("/a/b", head.path());
    assertEquals("c=d?e", head.query());
    assertEquals("", target("/?").query());
    assertNull(target("/a").query());
    assertTrue(head.targetIs(Reading.bytes("/a")));
    assertFalse(head.targetIs(Reading.bytes("/")));
    assertFalse(head.targetIs(Reading.bytes("/a ")));
    assertTrue(head.targetStartsWith(Reading.bytes("/")));
    assertTrue(head.targetStartsWith(Reading.bytes("/a")));
    assertFalse(head.targetStartsWith(Reading.bytes("/a ")));
    assertFalse(head.targetStartsWith(Reading.bytes("/b")));
  }

  @Test
  void anAbsoluteTargetIsReadAsItsPath() {
    assertEquals("/x?y", target("http://b:8080/x?y").target());
    assertEquals("b:8080", head.host());
    assertEquals("GET http://b:8080/x?y HTTP/1.1", head.toString());
    assertEquals("/", target("http://b").target());
    assertEquals("/?y", target("http://b?y").target());
    assertTrue(head.targetIs(Reading.bytes("/?y")));
    assertEquals("*", read("OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n").target());
    assertEquals("/?y", read("OPTIONS http://b?y HTTP/1.1\r\nHost: a\r\n\r\n").target());
    assertEquals("a", target("/").host());
  }

  @Test
  void anAbsoluteTargetWithoutAPathFillsTheArray() {
    // Around the sizes at which the head's array is just full, and the path has to be put behind.
    for (int i = 1; i < 600; i++) {
      String query = "?" + "q".repeat(i);
      assertEquals("/" + query, target("http://b" + query).target());
    }
  }

  @Test
  void aConnectionIsKeptOrNot() {
    assertTrue(fields("").isKeepAlive());
    assertFalse(fields("Connection: close\r\n").isKeepAlive());
    assertFalse(fields("CONNECTION: Close\r\n").isKeepAlive());
    assertFalse(fields("Connection: keep-alive, x,close\r\n").isKeepAlive());
    assertFalse(fields("Connection: close\r\nConnection: keep-alive\r\n").isKeepAlive());
    assertFalse(fields("Connection: , ,\tclose ,\r\n").isKeepAlive());
    assertTrue(fields("Connection: closed\r\n").isKeepAlive());
    assertTrue(fields("Connection: clos\r\n").isKeepAlive());
    assertTrue(fields("User-Agent: close\r\n").isKeepAlive());
    assertFalse(read("GET / HTTP/1.0\r\n\r\n").isKeepAlive());
    assertTrue(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").isKeepAlive());
    assertFalse(read("GET / HTTP/1.0\r\nConnection: keep-alive,close\r\n\r\n").isKeepAlive());
  }

  @Test
  void aBodyIsAnnouncedOrNot() {
    assertEquals(-1, fields("").contentLength());
    assertFalse(head.hasBody());
    assertEquals(0, fields("Content-Length: 0\r\n").contentLength());
    assertFalse(head.hasBody());
    assertEquals(Long.MAX_VALUE, fields("CONTENT-LENGTH: 9223372036854775807\r\n").contentLength());
    assertTrue(head.hasBody());
    assertTrue(fields("Transfer-Encoding: Chunked \r\n").isChunked());
    assertTrue(head.hasBody());
    assertEquals(-1, head.contentLength());
    // Nothing is left of it for the next.
    assertFalse(fields("").isChunked());
  }

  @Test
  void aClientWaitsToBeToldToContinue() {
    assertTrue(fields("Expect: 100-Continue\r\nContent-Length: 1\r\n").expectsContinue());
    assertTrue(fields("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n").expectsContinue());
    assertFalse(fields("Expect: 100-continue\r\n").expectsContinue());
    assertFalse(fields("Expect: 100-continue\r\nContent-Length: 0\r\n").expectsContinue());
    assertFalse(fields("Expect: 200-ok\r\nContent-Length: 1\r\n").expectsContinue());
    assertFalse(
        read("GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
            .expectsContinue());
  }

  @Test
  void anyOtherFieldIsFoundByItsName() {
    assertEquals("a", fields("RANGE:\t a \t\r\n").header("range"));
    assertNull(head.header("rang"));
    assertEquals("", fields("Range:\r\n").header("range"));
    assertEquals("a, b, , c", fields("X: a\r\nx: b\r\nX: \r\nX: c\r\n").header("x"));
    StringBuilder many = new StringBuilder();
    for (int i = 1; i < HeadParser.MAX_FIELDS; i++) {
      many.append("n").append(i).append(": v").append(i).append("\r\n");
    }
    fields(many.toString());
    for (int i = 1; i < HeadParser.MAX_FIELDS; i++) {
      assertEquals("v" + i, head.header("n" + i));
    }
    assertNull(fields("").header("n1"));
  }

  @Test
  void theHeadIsACopy() {
    byte[] bytes = Reading.bytes("GET /a HTTP/1.1\r\nHost: b\r\nX: c\r\n\r\n");
    parser.parse(ByteBuffer.wrap(bytes), head);
    Arrays.fill(bytes, (byte) 0);
    assertEquals("/a", head.target());
    assertEquals("b", head.host());
    assertEquals("c", head.header("x"));
    assertEquals("GET /a HTTP/1.1", head.toString());
  }

  @Test
  void aLaterMinorVersionIsReadAsTheOneWeKnow() {
    assertEquals(1, read("GET / HTTP/1.7\r\nHost: a\r\n\r\n").minorVersion());
    assertEquals(1, read("GET / HTTP/1.1\r\nHost: a\r\n\r\n").minorVersion());
    assertEquals(0, read("GET / HTTP/1.0\r\n\r\n").minorVersion());
  }

  @Test
  void aHeadHasBegunWithItsFirstByte() {
    assertFalse(parser.isInHead());
    assertEquals(0, parser.parse(ByteBuffer.wrap(Reading.bytes("\r")), head));
    assertFalse(parser.isInHead());
    assertEquals(0, parser.parse(ByteBuffer.wrap(Reading.bytes("\r\n")), head));
    assertFalse(parser.isInHead());
    assertEquals(0, parser.parse(ByteBuffer.wrap(Reading.bytes("\r\nG")), head));
    assertTrue(parser.isInHead());
    assertEquals(0, parser.parse(ByteBuffer.wrap(Reading.bytes("\r\nGET / HTTP/1.0\r\n")), head));
    assertTrue(parser.isInHead());
    read("\r\nGET / HTTP/1.0\r\n\r\n");
    assertFalse(parser.isInHead());
    assertEquals(400, parser.parse(ByteBuffer.wrap(Reading.bytes("G\n")), head));
    assertFalse(parser.isInHead());
  }
}
