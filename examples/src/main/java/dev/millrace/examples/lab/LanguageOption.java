package dev.millrace.examples.lab;

import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The option {@code --lang} of every command that gives advice. */
public final class LanguageOption {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--lang",
      paramLabel = "LANG",
      description =
          "Language of the advice: en, de or ja (default: the locale's, or en). The rest is in"
              + " English.")
  private String lang;

  /**
   * The advice in the language that was asked for; a language that there is not is wrong usage.
   *
   * @return that of the system's language, or the English one, if none was asked for
   */
  public Advice advice() {
    if (lang == null) {
      return Advice.of(Locale.getDefault());
    }
    String lower = lang.toLowerCase(Locale.ROOT);
    if (!Advice.languages().contains(lower)) {
      throw new ParameterException(
          spec.commandLine(),
          "--lang: there is no '"
              + lang
              + "', allowed is "
              + String.join(", ", Advice.languages()));
    }
    return Advice.of(Locale.forLanguageTag(lower));
  }
}
