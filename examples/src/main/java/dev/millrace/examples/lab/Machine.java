package dev.millrace.examples.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where the experiments were run.
 *
 * @param jdk version
 * @param locale what picks the language of error texts: the C library's setting, not Java's
 * @param facts all that is known, by name, in the order to be shown
 */
record Machine(String jdk, String locale, Map<String, String> facts) {
  /** This one, as this JVM sees it. Starts a small program to ask for the C library's version. */
  static Machine here() {
    String locale = messagesLocale();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("Kernel", System.getProperty("os.version"));
    put(facts, "C library", libraryVersion());
    facts.put(
        "JDK",
        System.getProperty("java.runtime.version")
            + " ("
            + System.getProperty("java.vendor")
            + ")");
    facts.put("Locale of error texts", locale);
    facts.put("Java's locale", Locale.getDefault().toLanguageTag());
    facts.put("Processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    // They decide how much a write takes.
    put(facts, "tcp_wmem", setting("tcp_wmem"));
    put(facts, "tcp_rmem", setting("tcp_rmem"));
    return new Machine(System.getProperty("java.version"), locale, facts);
  }

  private static void put(Map<String, String> facts, String name, String value) {
    if (!value.isEmpty()) {
      facts.put(name, value);
    }
  }

  /** LC_ALL, else LC_MESSAGES, else LANG, as setlocale(3) looks for it; C if none is set. */
  static String messagesLocale() {
    String found = "C";
    for (String name : new String[] {"LC_ALL", "LC_MESSAGES", "LANG"}) {
      String value = System.getenv(name);
      if (value != null && !value.isEmpty()) {
        found = value;
        break;
      }
    }
    // gettext(3) takes LANGUAGE before it, unless the locale is C.
    String language = System.getenv("LANGUAGE");
    boolean hasLanguage = language != null && !language.isEmpty() && !found.equals("C");
    return hasLanguage ? found + " (LANGUAGE=" + language + ")" : found;
  }

  private static String setting(String name) {
    // In one read: sysctls give nothing more to a second one.
    try (InputStream in = Files.newInputStream(Path.of("/proc/sys/net/ipv4", name))) {
      byte[] value = in.readNBytes(200);
      return new String(value, StandardCharsets.US_ASCII).strip().replace('\t', ' ');
    } catch (IOException e) {
      return ""; // not Linux: a fact that is not there
    }
  }

  private static String libraryVersion() {
    try {
      Process getconf =
          new ProcessBuilder("getconf", "GNU_LIBC_VERSION").redirectErrorStream(true).start();
      byte[] said = getconf.getInputStream().readNBytes(100);
      boolean done = getconf.waitFor(2, TimeUnit.SECONDS) && getconf.exitValue() == 0;
      return done ? new String(said, StandardCharsets.US_ASCII).strip() : "";
    } catch (IOException e) {
      return ""; // no such program, so another C library: a fact that is not there
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
