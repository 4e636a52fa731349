package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.ConnectionState;
import dev.millrace.Timeouts;
import dev.millrace.examples.OutsideProgram;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in a real browser, against the real servers. With {@code -Dmillrace.screenshots=DIR} the
 * pictures of the documentation are written there.
 */
@Timeout(180)
class PageInABrowserTest {
  private static final String LIVE = "document.getElementById('link').dataset.state === 'live'";

  private static Chromium browser;
  private Shown shown;

  @BeforeAll
  static void openTheBrowser() throws IOException {
    OutsideProgram.require("chromium");
    browser = new Chromium();
  }

  @AfterAll
  static void closeTheBrowser() throws IOException {
    if (browser != null) {
      browser.close();
      browser = null;
    }
  }

  @BeforeEach
  void openThePage() throws IOException {
    shown = new Shown();
    browser.resize(1240, 900);
    browser.prefer("prefers-color-scheme", "light");
    browser.open(shown.origin() + "/");
    browser.until(LIVE);
  }

  @AfterEach
  void leaveThePage() {
    browser.value("localStorage.clear()");
    browser.open("about:blank");
    shown.close();
    browser.requests();
    browser.complaints();
  }

  @Test
  void itLoadsWithoutAComplaintAndAsksNobodyElse() {
    browser.until("document.querySelectorAll('.experiment').length > 0");
    assertEquals(List.of(), browser.complaints());
    List<String> requests = browser.requests();
    assertTrue(requests.contains(shown.origin() + "/events"), requests::toString);
    for (String url : requests) {
      assertTrue(url.startsWith(shown.origin() + "/"), url);
    }
    assertEquals("Millrace, live", browser.value("document.title"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1240, 390})
  void theDiagramHasEveryStateAndEveryTransitionOfTheTable(int width) {
    browser.resize(width, 900);
    browser.until(
        "document.querySelector('.diagram." + (width > 640 ? "across" : "down") + "') !== null");
    List<?> drawn =
        list("[...document.querySelectorAll('.diagram .node')].map((n) => n.dataset.state)");
    List<?> edges =
        list("[...document.querySelectorAll('.diagram .edge')].map((e) => e.dataset.edge)");
    List<String> states = new ArrayList<>();
    List<String> transitions = new ArrayList<>();
    for (ConnectionState from : ConnectionState.values()) {
      states.add(from.name());
      for (ConnectionState to : Set.copyOf(from.row().values())) {
        if (to != from) {
          transitions.add(from + " " + to);
        }
      }
    }
    assertEquals(states, drawn);
    assertEquals(Set.copyOf(transitions), Set.copyOf(edges));
    assertEquals(transitions.size(), edges.size());
    // Nothing lies upon anything else.
    assertEquals(
        true,
        browser.value(
            """
            (() => {
              const boxes = [...document.querySelectorAll('.diagram .node rect')].map((r) => r.getBoundingClientRect());
              return boxes.every((a, i) => boxes.every((b, j) => i === j
                  || a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top));
            })()"""));
  }

  @Test
  void aConnectionAppearsWithItsStateAndItsResetMovesChartDiagramAndRecords() throws Exception {
    String row;
    try (Socket client = Shown.connect(shown.showcase.echo().port())) {
      client.getOutputStream().write(new byte[2_000]);
      client.getInputStream().readNBytes(2_000);
      row =
          "[...document.querySelectorAll('#connections tbody tr')].find((r) => r.cells[2].textContent"
              + " === '127.0.0.1:"
              + client.getLocalPort()
              + "')";
      browser.until(row + ".cells[5].textContent === '1.95 KiB'");
      assertEquals("echo", browser.value(row + ".cells[1].textContent"));
      assertEquals("OPEN", browser.value(row + ".cells[3].textContent"));
      client.setSoLinger(true, 0);
    }
    browser.until(row + " === undefined");
    browser.until(
        "document.querySelector('#records tbody tr').cells[2].textContent === 'ECONNRESET'");
    assertEquals(
        "certain",
        browser.value("document.querySelector('#records tr.failed').cells[3].textContent"));
    assertEquals(
        "read", browser.value("document.querySelector('#records tr.failed').cells[6].textContent"));
    browser.until("document.querySelector('.chart rect[data-kind=ECONNRESET]') !== null");
    assertEquals(
        "ECONNRESET 1",
        browser.value("document.querySelector('#legend button').textContent.trim()"));
    browser.until("document.querySelector('.node[data-state=CLOSED] .count').textContent === '1'");
  }

  @Test
  void guestsComeByAClickAndADotMovesForEach() {
    browser.value("document.getElementById('count').value = '12'");
    click("[data-deed=\"/guests/open\"]");
    browser.until("document.getElementById('said').textContent === '12 guests came.'");
    browser.until("document.getElementById('t-open-more').textContent.startsWith('12 echo')");
    browser.value("document.getElementById('count').value = '3'");
    browser.value(
        """
        window.mostDots = 0;
        new MutationObserver(() => { mostDots = Math.max(mostDots, document.querySelectorAll('.dot').length); })
            .observe(document.querySelector('.diagram'), {childList: true, subtree: true})""");
    click("[data-deed=\"/guests/reset\"]");
    browser.until("document.getElementById('t-ended').textContent === '3'");
    browser.until("mostDots === 3");
    browser.until("document.querySelectorAll('.dot').length === 0");
  }

  @Test
  void whoWantsNoMotionSeesTheEdgeAndNoDots() {
    browser.prefer("prefers-reduced-motion", "reduce");
    browser.value(
        "window.seen = false; new MutationObserver(() => { seen ||= document.querySelector('.dot') !== null; })"
            + ".observe(document.querySelector('.diagram'), {childList: true, subtree: true})");
    click("[data-deed=\"/guests/open\"]");
    browser.until("document.getElementById('t-open-more').textContent.startsWith('5 echo')");
    click("[data-deed=\"/guests/reset\"]");
    browser.until(
        "document.querySelector('[data-edge=\"OPEN CLOSED\"]').classList.contains('hot')");
    assertEquals(false, browser.value("seen"));
  }

  @Test
  void anExperimentIsDrawnAsATimelineWithItsAdvice() {
    browser.value(
        "document.getElementById('language').value = 'ja'; document.getElementById('language').dispatchEvent(new Event('change'))");
    click("[data-name=econnreset-on-read]");
    browser.until("document.querySelector('#timeline .advice') !== null");
    assertTrue(
        ((String) browser.value("document.getElementById('lab-said').textContent"))
            .startsWith("econnreset-on-read: as expected, "));
    List<?> who =
        list("[...document.querySelectorAll('#timeline .step b')].map((b) => b.textContent)");
    assertTrue(who.containsAll(List.of("Peer", "Kernel", "JDK", "Millrace")), who::toString);
    // The thread goes through every point of each program.
    assertEquals(
        true,
        browser.value(
            """
            [...document.querySelectorAll('#timeline .steps')].every((list) => {
              const points = list.querySelectorAll('.point').length;
              return points > 0 && list.querySelector('.thread').getAttribute('d').match(/[MVC]/g).length === points;
            })"""));
    assertEquals("ja", browser.value("document.querySelector('#timeline .advice').lang"));
    assertEquals(
        true,
        browser.value("/[ぁ-ん]/.test(document.querySelector('#timeline .advice').textContent)"));
    assertEquals(
        "ECONNRESET",
        browser.value(
            "document.querySelector('#timeline .advice h3').firstChild.nextSibling.textContent"));
    // In another language at once, without provoking anything again.
    browser.value(
        "document.getElementById('language').value = 'de'; document.getElementById('language').dispatchEvent(new Event('change'))");
    browser.until("document.querySelector('#timeline .advice').lang === 'de'");
    browser.value(
        "document.getElementById('find').value = 'no such thing'; document.getElementById('find').dispatchEvent(new Event('input'))");
    assertEquals(
        0L,
        browser.value(
            "[...document.querySelectorAll('#experiments li')].filter((li) => li.offsetParent).length"));
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void everythingCanBeReachedAndDoneByKeyboard() {
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < 80 && !reached.contains("records"); i++) {
      browser.press("Tab");
      String id =
          (String)
              browser.value(
                  """
                  (() => {
                    const e = document.activeElement;
                    return e.id || e.dataset.deed || e.dataset.name || e.getAttribute('aria-labelledby')?.slice(2) || e.getAttribute('aria-label') || e.className;
                  })()""");
      reached.add(id);
      // A focus that can't be seen is none.
      assertEquals(
          true,
          browser.value(
              "getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement.matches('.skip')"),
          id);
    }
    assertEquals("skip", reached.get(0));
    for (String needed :
        List.of(
            "theme",
            "State diagram",
            "count",
            "/guests/open",
            "/guests/reset",
            "/server/close",
            "language",
            "find",
            "econnreset-on-read",
            "connections",
            "records")) {
      assertTrue(reached.contains(needed), () -> needed + " is not in " + reached);
    }
    focus("#theme");
    browser.press("Enter");
    assertEquals("dark", browser.value("document.documentElement.dataset.theme"));
    focus("[data-deed=\"/guests/open\"]");
    browser.press("Enter");
    browser.until("document.getElementById('said').textContent === '5 guests came.'");
    focus("[data-deed=\"/guests/reset\"]");
    browser.press(" ");
    browser.until("document.querySelector('#legend button') !== null");
    focus("#legend button");
    browser.press("Enter");
    browser.until("document.querySelector('#about .advice') !== null");
    focus("[data-name=econnreset-on-read]");
    browser.press("Enter");
    browser.until("document.querySelector('#timeline .steps') !== null");
    // The focus stays where the user is.
    assertEquals("econnreset-on-read", browser.value("document.activeElement.dataset.name"));
  }

  @Test
  void darkIsWhatTheSystemSaysUntilTheUserSaysOtherwise() {
    String light = colour();
    browser.prefer("prefers-color-scheme", "dark");
    String dark = colour();
    assertFalse(light.equals(dark), light);
    browser.until("document.getElementById('theme').getAttribute('aria-pressed') === 'true'");
    click("#theme");
    assertEquals(light, colour());
    browser.open(shown.origin() + "/");
    browser.until(LIVE);
    assertEquals(light, colour(), "what was chosen is kept");
  }

  private static String colour() {
    return (String) browser.value("getComputedStyle(document.body).backgroundColor");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void textStandsOutFromWhatIsBehindIt(String scheme) {
    browser.prefer("prefers-color-scheme", scheme);
    showSomething();
    // WCAG 2.2, 1.4.3: 4.5 to 1 for text of this size. Transitions have to be over.
    List<?> faint =
        list(
            """
            (async () => {
              await Promise.allSettled(document.getAnimations().map((a) => a.finished));
              const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
              const behind = (e) => {
                for (; e; e = e.parentElement) {
                  const c = rgb(getComputedStyle(e).backgroundColor);
                  if (c.length === 3 || c[3] === 1) { return c; }
                }
                return [255, 255, 255];
              };
              const found = [];
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const e = walker.currentNode.parentElement;
                if (!walker.currentNode.textContent.trim() || e.closest('script, noscript, .hidden') || !e.getClientRects().length) { continue; }
                const isSvg = e instanceof SVGElement;
                const style = getComputedStyle(e);
                const node = isSvg && e.closest('.node');
                const back = node ? rgb(getComputedStyle(node.querySelector('rect')).fill) : behind(e);
                const [a, b] = [light(rgb(isSvg ? style.fill : style.color)), light(back)].sort((x, y) => y - x);
                const ratio = (a + .05) / (b + .05);
                if (ratio < 4.5) { found.push(`${ratio.toFixed(2)} ${e.tagName}.${e.getAttribute('class')} ${walker.currentNode.textContent.trim().slice(0, 30)}`); }
              }
              return found;
            })()""");
    assertEquals(List.of(), faint);
  }

  @Test
  void aScreenReaderIsGivenNamesAndRoles() {
    showSomething();
    Map<String, List<String>> names = new TreeMap<>();
    for (Object node : browser.accessibleNodes()) {
      String role = String.valueOf(JsonText.at(node, "role", "value"));
      Object name = ((Map<?, ?>) node).get("name");
      names
          .computeIfAbsent(role, any -> new ArrayList<>())
          .add(name == null ? "" : String.valueOf(JsonText.at(name, "value")));
    }
    for (String role :
        List.of(
            "button",
            "textbox",
            "searchbox",
            "spinbutton",
            "combobox",
            "image",
            "table",
            "region",
            "heading",
            "link")) {
      for (String name : names.getOrDefault(role, List.of())) {
        assertFalse(
            name.isBlank() && !role.equals("table"),
            () -> "a " + role + " without a name: " + names);
      }
    }
    assertTrue(
        names.get("button").containsAll(List.of("Dark", "Open", "Half-close", "Reset")),
        names::toString);
    assertTrue(
        names
            .get("heading")
            .containsAll(
                List.of("Millrace", "States", "Timer wheel", "Error lab", "Last close records")),
        names::toString);
    assertEquals(1, names.get("main").size());
    assertEquals(1, names.get("banner").size());
    assertTrue(
        names
            .get("image")
            .containsAll(
                List.of(
                    "The states of a connection",
                    "The timer wheel",
                    "Connections that ended, by kind")),
        names::toString);
    assertTrue(names.get("status").size() >= 4, "live regions: " + names);
    assertEquals("en", browser.value("document.documentElement.lang"));
    // Headings go down one level at a time, and there is one at the top.
    assertEquals(
        true,
        browser.value(
            "(() => { const all = [...document.querySelectorAll('h1,h2,h3,h4')].map((h) => +h.tagName[1]);"
                + " return all[0] === 1 && all.filter((n) => n === 1).length === 1 && all.every((n, i) => i === 0 || n - all[i - 1] <= 1); })()"));
    // Ids are there once.
    assertEquals(
        true,
        browser.value(
            "(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id); return new Set(ids).size === ids.length; })()"));
  }

  @Test
  void onAPhoneNothingIsWiderThanThePage() {
    showSomething();
    for (int width : new int[] {320, 390, 768, 1240}) {
      browser.resize(width, 800);
      assertEquals(
          (long) width, browser.value("document.documentElement.scrollWidth"), "at " + width);
      // What does not fit scrolls within its own frame, and a keyboard can do that.
      assertEquals(
          true,
          browser.value(
              "[...document.querySelectorAll('.scroll')].every((e) => e.scrollWidth <= e.clientWidth || e.tabIndex === 0)"));
    }
  }

  @Test
  void theStreamComesBackWhenTheServerIsStartedAnew() throws Exception {
    int port = shown.port();
    try (Socket client = Shown.connect(shown.showcase.echo().port())) {
      client.getOutputStream().write(1);
      client.getInputStream().read();
      client.setSoLinger(true, 0);
    }
    browser.until("document.querySelector('#records tr.failed') !== null");
    shown.close();
    browser.until("document.getElementById('link').dataset.state === 'lost'");
    assertEquals("reconnecting", browser.value("document.getElementById('link-text').textContent"));
    shown = new Shown(new ExperimentsLab(), port);
    browser.until(LIVE);
    // Another server: what the last one had seen is over.
    browser.until("document.querySelector('#records tr.failed') === null");
    assertEquals(
        "0",
        browser.value("document.querySelector('.node[data-state=CLOSED] .count').textContent"));
  }

  @Test
  void aPageThatNobodySeesDoesNotWatch() throws Exception {
    browser.value(
        "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true}); window.away = true; document.dispatchEvent(new Event('visibilitychange'))");
    shown.until("nobody watches", () -> shown.showcase.watchers().size() == 0);
    assertEquals("paused", browser.value("document.getElementById('link-text').textContent"));
    browser.value("window.away = false; document.dispatchEvent(new Event('visibilitychange'))");
    browser.until(LIVE);
  }

  // ---- the documentation's pictures

  @Test
  void thePicturesOfTheDocumentation() throws Exception {
    String directory = System.getProperty("millrace.screenshots");
    Path to = directory == null ? null : Files.createDirectories(Path.of(directory));
    shown.close();
    // Short ones, so that some of each can be seen within the time of one look.
    Timeouts timeouts =
        Timeouts.defaults()
            .withReadIdle(Duration.ofSeconds(7))
            .withWriteStall(Duration.ofSeconds(2))
            .withDrain(Duration.ofSeconds(3));
    shown = new Shown(new ExperimentsLab(), 0, timeouts);
    browser.resize(1120, 900);
    browser.open(shown.origin() + "/");
    browser.until(LIVE);
    if (to != null) {
      aBusyMinute();
    }
    click("[data-name=econnreset-on-write]");
    browser.until("document.querySelector('#timeline .advice') !== null");
    write(to, "showcase-timeline.png", "section[aria-labelledby=h-lab]", 0, 1_240);
    showSomething();
    write(to, "showcase-light.png", "body", 0, 1_210);
    browser.prefer("prefers-color-scheme", "dark");
    write(to, "showcase-dark.png", "body", 0, 1_210);
    browser.prefer("prefers-color-scheme", "light");
    browser.resize(390, 844);
    write(to, "showcase-narrow.png", "body", 0, 1_500);
  }

  /** A few of everything, one after another, as the chart has them. */
  private static void aBusyMinute() {
    for (int i = 0; i < 24; i++) {
      long before = (long) browser.value("Number(document.getElementById('link').dataset.up)");
      tell("/guests/open", i % 5 + 3);
      tell("/guests/send", i % 7 + 1);
      if (i % 4 == 1) {
        tell("/guests/flood", 2);
      }
      if (i % 3 == 0) {
        tell("/guests/close", i % 4 + 1);
      }
      if (i % 5 == 2) {
        tell("/guests/reset", i % 3 + 1);
      }
      if (i % 6 == 4) {
        tell("/server/close", 3);
      }
      // On to the next second but one, which is the next bar.
      browser.until(
          "Number(document.getElementById('link').dataset.up) >= "
              + (before + History.BIN_NANOS / 1_000_000));
    }
  }

  private static void tell(String deed, int count) {
    browser.value("document.getElementById('said').textContent = ''");
    browser.value("document.getElementById('count').value = '" + count + "'");
    click("[data-deed=\"" + deed + "\"]");
    browser.until("document.getElementById('said').textContent !== ''");
  }

  /** The upper part of an element, in as many colours as make a small file. */
  private static void write(Path to, String name, String selector, int margin, int height)
      throws IOException {
    // Colours go over into each other; a picture in the middle of that is of neither.
    browser.value("Promise.allSettled(document.getAnimations().map((a) => a.finished))");
    byte[] png = browser.picture(selector, margin, height);
    assertTrue(png.length > 10_000, () -> name + " has " + png.length + " bytes");
    if (to != null) {
      Files.write(to.resolve(name), FewColours.of(png));
    }
  }

  // ---- steps

  /** Guests, a flood, ends of several kinds, and one that is read about. */
  private static void showSomething() {
    for (String[] step :
        new String[][] {
          {"/guests/open", "26", "26 guests came."},
          {"/guests/send", "26", "26 guests sent 64 KiB."},
          {"/guests/flood", "3", "3 guests began to send 16 MiB and to read nothing."},
        }) {
      tell(step[0], step[1], step[2]);
    }
    browser.until("document.querySelector('#connections tr.queued') !== null");
    tell("/guests/reset", "7", "7 guests reset the connection.");
    browser.until("document.querySelector('#legend button') !== null");
    click("#legend button");
    browser.until("document.querySelector('#about .advice') !== null");
    tell("/guests/open", "4", "4 guests came.");
    tell("/guests/flood", "3", "3 guests began to send 16 MiB and to read nothing.");
    tell("/guests/half-close", "1", "1 guest half-closed.");
    browser.until("document.querySelectorAll('#connections tr.queued').length >= 3");
    tell("/server/close", "5", "The server closes 5 connections.");
    // Who doesn't read is not gone with that: his answer waits. One of them has half-closed.
    browser.until(
        "Number(document.querySelector('.node[data-state=OPEN_DRAINING] .count').textContent) >= 2");
  }

  private static void tell(String deed, String count, String said) {
    browser.value("document.getElementById('count').value = '" + count + "'");
    click("[data-deed=\"" + deed + "\"]");
    browser.until("document.getElementById('said').textContent === '" + said + "'");
  }

  private static void click(String selector) {
    browser.value("document.querySelector('" + selector + "').click()");
  }

  private static void focus(String selector) {
    browser.value("document.querySelector('" + selector + "').focus()");
  }

  private static List<?> list(String expression) {
    return (List<?>) browser.value(expression);
  }
}
