package dev.millrace;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs jcstress and fails where it would pass in silence: it ends well when it found nothing to
 * run, and when a test needs more processors than there are. The arguments are the directory for
 * the results, a pattern for the tests' names, and jcstress's own.
 */
final class StressMain {
  private StressMain() {}

  public static void main(String[] args) throws Exception {
    Path results = Path.of(args[0]);
    Pattern wanted = Pattern.compile(args[1]);
    List<String> options = new ArrayList<>(List.of("-r", args[0], "-t", args[1]));
    options.addAll(Arrays.asList(args).subList(2, args.length));
    FileTime start = FileTime.from(Instant.now().minusSeconds(1)); // file systems round
    Main.main(options.toArray(String[]::new)); // throws if a test failed
    int ran = 0;
    for (String test : TestList.tests()) {
      if (wanted.matcher(test).find()) {
        ran++;
        Path report = results.resolve(test + ".html");
        if (!Files.exists(report) || Files.getLastModifiedTime(report).compareTo(start) < 0) {
          throw new AssertionError(test + " did not run: it needs two processors");
        }
      }
    }
    if (ran == 0) {
      throw new AssertionError("there is no test like " + wanted);
    }
  }
}
