package dev.millrace.examples.lab;

import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.PropertyResourceBundle;

/**
 * What each kind of failure is, why it happens, and what prevents or cures it, in one language.
 *
 * <p>Immutable; any thread. The texts are sentences in one line, without line breaks. What stands
 * between backticks in them is typed or written as it is and the same in every language; symbols
 * such as EPIPE are, too. A page may show the backticks as code, a terminal leaves them.
 *
 * <p>The texts are in {@code Advice_en.properties} and its sisters. They are read by hand, and not
 * found by {@code ResourceBundle.getBundle}, because that would fall back to the JVM's own language
 * before it takes English: who asks for French on a German system would get German.
 */
public final class Advice {
  /** What there is; the first stands in for all that there is not. */
  public static final List<Locale> LANGUAGES =
      List.of(Locale.ENGLISH, Locale.GERMAN, Locale.JAPANESE);

  private static final List<Advice> ALL = LANGUAGES.stream().map(Advice::new).toList();

  private final Locale language;
  private final PropertyResourceBundle texts;

  private Advice(Locale language) {
    this.language = language;
    String name = "Advice_" + language.getLanguage() + ".properties";
    try (InputStream in = Advice.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside " + Advice.class.getName());
      }
      this.texts = new PropertyResourceBundle(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(name + " can't be read", e);
    }
  }

  /**
   * The texts in the language of a locale, whatever its country; English if they are not there in
   * that one.
   *
   * @param locale whose language is wanted
   * @return the texts
   */
  public static Advice of(Locale locale) {
    for (Advice advice : ALL) {
      if (advice.language.getLanguage().equals(locale.getLanguage())) {
        return advice;
      }
    }
    return english();
  }

  /** The texts in English. */
  public static Advice english() {
    return ALL.get(0);
  }

  /** What {@code --lang} may be: {@code en}, {@code de}, {@code ja}. */
  public static List<String> languages() {
    return LANGUAGES.stream().map(Locale::getLanguage).toList();
  }

  /** The language that the texts are in. */
  public Locale language() {
    return language;
  }

  /** What happened. */
  public String what(FailureKind kind) {
    return texts.getString(kind.name() + ".what");
  }

  /** Why it happens. */
  public String why(FailureKind kind) {
    return texts.getString(kind.name() + ".why");
  }

  /** What prevents it, or what to do when it is there. */
  public String prevent(FailureKind kind) {
    return texts.getString(kind.name() + ".prevent");
  }

  /** A word or two of the lab's own. */
  public String heading(Heading heading) {
    return texts.getString("heading." + heading.name());
  }

  /** Whose doing a kind is, for a reader. */
  public String fault(Fault fault) {
    return texts.getString("heading.FAULT_" + fault.name());
  }

  /** The words around the texts: headings of tables, names of lines. */
  public enum Heading {
    /** The kind's symbol. */
    SYMBOL,
    /** Whose doing it is. */
    FAULT,
    /** Nobody's doing. */
    FAULT_NOBODY,
    /** The peer's doing. */
    FAULT_PEER,
    /** The network's doing. */
    FAULT_NETWORK,
    /** Our doing. */
    FAULT_US,
    /** A shortage on our side. */
    FAULT_RESOURCES,
    /** The kind does not say. */
    FAULT_UNKNOWN,
    /** Whether a retry makes sense. */
    RETRY,
    /** Affirmative. */
    YES,
    /** Negative. */
    NO,
    /** The level it is logged at. */
    LEVEL,
    /** The operations it is met in. */
    PHASES,
    /** Above {@link Advice#what}. */
    WHAT,
    /** Above {@link Advice#why}. */
    WHY,
    /** Above {@link Advice#prevent}. */
    PREVENT,
    /** The experiments that show it. */
    SHOWN_BY,
    /** No experiment shows it. */
    SHOWN_BY_NONE,
    /** Above the list of all kinds. */
    ALL_KINDS,
    /** One experiment. */
    EXPERIMENT,
    /** A table's column: bind, connect, read and so on. */
    OPERATION,
    /** A table's column: what was provoked. */
    SITUATION,
    /** A table's column: the language that the C library speaks. */
    LOCALE,
    /** A table's column: class and text of the exception. */
    THROWN,
    /** A table's column: the close record. */
    RECORD,
    /** A table's column: how a kind is known. */
    CERTAINTY,
    /** An actor of a timeline. The JDK and Millrace are names, the same everywhere. */
    PEER,
    /** An actor of a timeline. */
    KERNEL,
    /** An experiment that could not be run here. */
    SKIPPED,
    /** An experiment that showed what it is to show. */
    AS_EXPECTED,
    /** An experiment that did not. */
    NOT_AS_EXPECTED,
    /** Above the texts of the kind that an experiment showed. */
    ADVICE
  }
}
