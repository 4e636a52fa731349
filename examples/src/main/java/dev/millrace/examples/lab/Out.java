package dev.millrace.examples.lab;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;

/** Where texts in a chosen language go. */
final class Out {
  private Out() {}

  /**
   * The command's output. In the C locale JDK 17 writes ASCII and makes question marks of all else;
   * who asks for Japanese there, over SSH or in a container, has a terminal that shows UTF-8.
   *
   * @param spec the command
   * @param advice in the language that was chosen
   * @return what takes these texts; to be flushed, not closed
   */
  static PrintWriter of(CommandSpec spec, Advice advice) {
    String sample = advice.heading(Advice.Heading.WHY) + advice.heading(Advice.Heading.RETRY);
    boolean fits = Charset.defaultCharset().newEncoder().canEncode(sample + "\u00e4");
    return fits || advice.language().getLanguage().equals("en")
        ? spec.commandLine().getOut()
        : new PrintWriter(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
  }
}
