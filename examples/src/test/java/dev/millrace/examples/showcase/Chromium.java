package dev.millrace.examples.showcase;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A real browser, without a window, that does what it is told by the DevTools protocol: JSON, one
 * message behind another with a zero byte between, over two pipes.
 *
 * <p>Not Selenium: it would bring some twenty jars and a driver of its own, and what is wanted here
 * beside clicks, the events of network and console, the tree that a screen reader gets, and what
 * the user prefers, is this protocol in any case. Not its WebSocket either: pipes need no port, and
 * end with the process.
 *
 * <p>One thread. Nothing waits here for a time: a page is asked to say when something is so, and
 * says itself when that takes too long.
 */
final class Chromium implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 20_000;

  private final Path profile;
  private final Process process;
  private final OutputStream out;
  private final InputStream in;

  /** What came without being asked for, since the last time it was taken. */
  private final List<Object> events = new ArrayList<>();

  private String session;
  private long asked;

  Chromium() throws IOException {
    profile = Files.createTempDirectory("millrace-chromium");
    // It takes its orders on descriptor 3 and answers on 4; a child of the JVM has 0 and 1 for
    // that.
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh"));
    command.addAll(
        List.of(
            "chromium",
            "--headless=new",
            "--remote-debugging-pipe",
            "--user-data-dir=" + profile,
            // Its sandbox does not work for root, nor in most containers; it sees our page only.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--hide-scrollbars",
            "--lang=en",
            "about:blank"));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    out = process.getOutputStream();
    in = new BufferedInputStream(process.getInputStream(), 1 << 16);
    boolean isDone = false;
    try {
      List<?> targets = (List<?>) JsonText.at(call("Target.getTargets"), "targetInfos");
      Object page =
          targets.stream().filter(t -> JsonText.at(t, "type").equals("page")).findFirst().get();
      String target = (String) JsonText.at(page, "targetId");
      session =
          (String)
              JsonText.at(
                  call("Target.attachToTarget", "targetId", target, "flatten", true), "sessionId");
      for (String domain : new String[] {"Page", "Runtime", "Network", "Log", "Accessibility"}) {
        call(domain + ".enable");
      }
      isDone = true;
    } finally {
      if (!isDone) {
        close();
      }
    }
  }

  // ---- what a user does

  void open(String url) {
    Object result = call("Page.navigate", "url", url);
    if (((Map<?, ?>) result).containsKey("errorText")) {
      throw new AssertionError("not opened: " + url + ": " + JsonText.at(result, "errorText"));
    }
  }

  /** A window of this size, in the units of CSS. */
  void resize(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        false);
  }

  /** What the user has set for all pages: {@code prefers-color-scheme}, {@code dark}. */
  void prefer(String feature, String value) {
    call(
        "Emulation.setEmulatedMedia", "features", List.of(Map.of("name", feature, "value", value)));
  }

  /** Presses a key and lets it go, as it comes from a keyboard. */
  void press(String key) {
    String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : null;
    int code =
        switch (key) {
          case "Tab" -> 9;
          case "Enter" -> 13;
          case " " -> 32;
          case "ArrowRight" -> 39;
          default -> throw new IllegalArgumentException("no code is known for key " + key);
        };
    List<Object> down = new ArrayList<>(List.of("type", text == null ? "rawKeyDown" : "keyDown"));
    down.addAll(List.of("key", key, "code", key.equals(" ") ? "Space" : key));
    down.addAll(List.of("windowsVirtualKeyCode", code));
    if (text != null) {
      down.addAll(List.of("text", text));
    }
    call("Input.dispatchKeyEvent", down.toArray());
    call("Input.dispatchKeyEvent", "type", "keyUp", "key", key, "windowsVirtualKeyCode", code);
  }

  // ---- what a user sees

  /** The value of an expression in the page; a promise's when it is kept. */
  Object value(String expression) {
    Object result =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "awaitPromise",
            true,
            "returnByValue",
            true);
    if (((Map<?, ?>) result).containsKey("exceptionDetails")) {
      throw new AssertionError(expression + " threw " + JsonText.at(result, "exceptionDetails"));
    }
    return ((Map<?, ?>) JsonText.at(result, "result")).get("value");
  }

  /** Waits until an expression is true in the page, looking whenever that may have drawn. */
  void until(String expression) {
    Object came =
        value(
            """
            new Promise((resolve) => {
              const end = performance.now() + %d;
              const look = () => {
                let is = false;
                try { is = Boolean(%s); } catch {}
                if (is || performance.now() > end) { resolve(is); } else { setTimeout(look, 15); }
              };
              look();
            })"""
                .formatted(PATIENCE_MILLIS, expression));
    if (!Boolean.TRUE.equals(came)) {
      throw new AssertionError(
          "not within "
              + PATIENCE_MILLIS
              + " ms: "
              + expression
              + "\n"
              + value("document.body.innerText"));
    }
  }

  /** The tree that the browser gives to a screen reader: the nodes that are not ignored. */
  List<Object> accessibleNodes() {
    List<Object> nodes = new ArrayList<>();
    for (Object node : (List<?>) JsonText.at(call("Accessibility.getFullAXTree"), "nodes")) {
      if (Boolean.FALSE.equals(JsonText.at(node, "ignored"))) {
        nodes.add(node);
      }
    }
    return nodes;
  }

  /** A picture of an element's upper part and what is around it, as PNG. */
  byte[] picture(String selector, int margin, int height) {
    Object box =
        value(
            """
            (() => {
              const r = document.querySelector('%s').getBoundingClientRect();
              return {x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: r.height};
            })()"""
                .formatted(selector));
    Map<String, Object> clip =
        Map.of(
            "x",
            number(box, "x") - margin,
            "y",
            number(box, "y") - margin,
            "width",
            number(box, "width") + 2 * margin,
            "height",
            Math.min(number(box, "height") + 2 * margin, height),
            "scale",
            1);
    Object shot =
        call(
            "Page.captureScreenshot", "format", "png", "captureBeyondViewport", true, "clip", clip);
    return Base64.getDecoder().decode((String) JsonText.at(shot, "data"));
  }

  private static double number(Object box, String name) {
    return ((Number) JsonText.at(box, name)).doubleValue();
  }

  /** What the page has asked the network for since this was called last. */
  List<String> requests() {
    List<String> urls = new ArrayList<>();
    for (Object event : taken("Network.requestWillBeSent")) {
      urls.add((String) JsonText.at(event, "params", "request", "url"));
    }
    return urls;
  }

  /** What the browser had to complain about since this was called last, policy and all. */
  List<String> complaints() {
    value("1"); // what is on its way comes before the answer
    List<String> complaints = new ArrayList<>();
    for (String method :
        new String[] {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"}) {
      for (Object event : taken(method)) {
        complaints.add(String.valueOf(JsonText.at(event, "params")));
      }
    }
    return complaints;
  }

  private List<Object> taken(String method) {
    List<Object> found = new ArrayList<>();
    for (Object event : events) {
      if (method.equals(((Map<?, ?>) event).get("method"))) {
        found.add(event);
      }
    }
    events.removeAll(found);
    return found;
  }

  // ---- the protocol

  /** Calls a method with parameters, name and value in turn. */
  private Object call(String method, Object... parameters) {
    long id = ++asked;
    Json json = new Json().object().member("id", id).member("method", method);
    if (session != null) {
      json.member("sessionId", session);
    }
    json.name("params").object();
    for (int i = 0; i < parameters.length; i += 2) {
      json.name((String) parameters[i]);
      write(json, parameters[i + 1]);
    }
    String message = json.endObject().endObject().toString();
    try {
      out.write(message.getBytes(StandardCharsets.US_ASCII));
      out.write(0);
      out.flush();
      while (true) {
        Map<?, ?> answer = (Map<?, ?>) JsonText.read(read());
        if (!answer.containsKey("id")) {
          events.add(answer);
        } else if (((Number) answer.get("id")).longValue() == id) {
          if (answer.containsKey("error")) {
            throw new AssertionError(method + " failed: " + answer.get("error"));
          }
          return answer.get("result");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("chromium has ended, alive=" + process.isAlive(), e);
    }
  }

  private static void write(Json json, Object value) {
    if (value instanceof Map<?, ?> map) {
      json.object();
      map.forEach(
          (name, member) -> {
            json.name((String) name);
            write(json, member);
          });
      json.endObject();
    } else if (value instanceof List<?> list) {
      json.array();
      list.forEach(element -> write(json, element));
      json.endArray();
    } else if (value instanceof Boolean truth) {
      json.value(truth);
    } else if (value instanceof Number) {
      json.raw(value.toString());
    } else {
      json.value((String) value);
    }
  }

  private String read() throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    for (int b = in.read(); b != 0; b = in.read()) {
      if (b < 0) {
        throw new EOFException("in the middle of a message of " + message.size() + " bytes");
      }
      message.write(b);
    }
    return message.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    try {
      if (process.isAlive() && session != null) {
        session = null;
        call("Browser.close");
        while (in.read() >= 0) {
          // Its last words; the end of them is that of the process that holds the pipe.
        }
      }
    } finally {
      process.destroyForcibly();
      try {
        process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      in.close();
      out.close();
      deleteProfile();
    }
  }

  /** Children of it may still be tidying up: what is gone meanwhile is none of our business. */
  private void deleteProfile() throws IOException {
    Files.walkFileTree(
        profile,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
