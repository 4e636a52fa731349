package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a page from elsewhere can make a browser send is answered 403, with a line that says why.
 */
@Timeout(60)
class OtherPagesAreRefusedTest {
  private static final String OURS = "127.0.0.1:8080";
  private static final String ORIGIN = "http://127.0.0.1:8080";

  private final SameOrigin sameOrigin = new SameOrigin("Box.example");

  private String get(String host) {
    return sameOrigin.refusal(true, host, null, null);
  }

  private String post(String origin, String site) {
    return sameOrigin.refusal(false, OURS, origin, site);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:8080",
        "127.0.0.1",
        "localhost:8080",
        "LOCALHOST",
        "[::1]:8080",
        "[::1]",
        "192.0.2.7:80",
        "box.example:8080",
        "BOX.example"
      })
  void anAddressAndTheNamesThatAreOurs(String host) {
    assertNull(get(host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8080:8080",
        "box.example.evil.example",
        "localhost:8080.evil.example",
        "1.2.3",
        "[evil]"
      })
  void aNameThatSomebodyElseMadePointHere(String host) {
    String refusal = get(host);
    assertNotNull(refusal);
    assertTrue(refusal.startsWith("Host is '" + host + "', allowed is "), refusal);
  }

  @Test
  void whatDoesSomethingHasToComeFromThePageItself() {
    assertNull(post(ORIGIN, "same-origin"));
    assertNull(post(ORIGIN, null));
    assertNull(post(null, "same-origin"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:3000",
        "https://127.0.0.1:8080",
        "http://127.0.0.1:8080.evil.example",
        "http://localhost:8080"
      })
  void anotherOriginIsRefusedWhateverElseIsSaid(String origin) {
    for (String site : new String[] {null, "same-origin", "cross-site"}) {
      String refusal = post(origin, site);
      assertEquals("Origin is '" + origin + "', allowed is the page's own, " + ORIGIN, refusal);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "none", ""})
  void anotherSiteIsRefusedWhateverElseIsSaid(String site) {
    for (String origin : new String[] {null, ORIGIN}) {
      assertEquals("Sec-Fetch-Site is '" + site + "', allowed is same-origin", post(origin, site));
    }
  }

  @Test
  void whoSaysNothingIsToldWhatToSay() {
    assertEquals("Origin is missing, allowed is the page's own, " + ORIGIN, post(null, null));
  }

  @Test
  void overTheWireNothingIsDoneForThem() throws Exception {
    try (Shown shown = new Shown()) {
      for (String path :
          new String[] {
            "/guests/open?count=3", "/server/close", "/lab/econnreset-on-read", "/echo"
          }) {
        assertRefused(shown.ask("POST", path), "Origin is missing");
        assertRefused(shown.ask("POST", path, "Origin: http://evil.example"), "Origin is ");
        assertRefused(shown.ask("POST", path, "Sec-Fetch-Site: cross-site"), "Sec-Fetch-Site is ");
        assertRefused(
            shown.askOf("evil.example", "POST", path, "Origin: http://evil.example"), "Host is ");
      }
      for (String path : new String[] {"/", "/model", "/events", "/advice/en", "/healthz"}) {
        assertRefused(shown.askOf("evil.example:8080", "GET", path), "Host is ");
      }
      assertEquals(0, shown.showcase.echo().stats().accepted());
    }
  }

  private static void assertRefused(Shown.Answer answer, String why) {
    assertEquals(403, answer.status(), answer::toString);
    assertTrue(answer.body().startsWith(why), answer::body);
    assertEquals(1, answer.body().lines().count());
  }
}
