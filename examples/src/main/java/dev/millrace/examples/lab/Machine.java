package dev.millrace.examples.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the experiments were run.
 *
 * @param jdk version and vendor
 * @param locale what picks the language of error texts: the C library's setting, not Java's
 * @param facts all that is known, by name, in the order to be shown
 */
record Machine(String jdk, String locale, Map<String, String> facts) {
  /** This one, as this JVM sees it. */
  static Machine here() {
    String jdk = System.getProperty("java.version");
    String locale = messagesLocale();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("Kernel", System.getProperty("os.version"));
    facts.put(
        "JDK",
        System.getProperty("java.runtime.version")
            + " ("
            + System.getProperty("java.vendor")
            + ")");
    facts.put("Locale of error texts", locale);
    facts.put("Java's locale", java.util.Locale.getDefault().toLanguageTag());
    facts.put("Processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return new Machine(jdk, locale, facts);
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
}
