package dev.millrace.examples.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A row of the table of requests. */
record Sample(int status, String request, String why) {
  /** All rows, good and bad. */
  static List<Sample> all() {
    List<Sample> samples = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Sample.class.getResourceAsStream("requests.txt"), StandardCharsets.US_ASCII))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          samples.add(parse(line));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return samples;
  }

  byte[] bytes() {
    return Reading.bytes(request);
  }

  private static Sample parse(String line) {
    int space = line.indexOf(' ');
    StringBuilder request = new StringBuilder();
    int at = space + 2;
    while (line.charAt(at) != '"') {
      char c = line.charAt(at++);
      if (c == '\\') {
        c = line.charAt(at++);
        switch (c) {
          case 'r' -> c = '\r';
          case 'n' -> c = '\n';
          case 't' -> c = '\t';
          case 'x' -> {
            c = (char) Integer.parseInt(line.substring(at, at + 2), 16);
            at += 2;
          }
          default -> {}
        }
      }
      request.append(c);
    }
    return new Sample(
        Integer.parseInt(line.substring(0, space)), request.toString(), line.substring(at + 2));
  }

  @Override
  public String toString() {
    return status + " " + why + ": " + Reading.printable(bytes());
  }
}
