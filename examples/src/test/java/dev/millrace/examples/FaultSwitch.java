package dev.millrace.examples;

import java.util.List;

/** The options that the README gives for injecting faults. */
final class FaultSwitch {
  static final String PROVIDER =
      "-Djava.nio.channels.spi.SelectorProvider=dev.millrace.fault.FaultSelectorProvider";
  static final String EXPORT = "--add-exports";
  static final String EXPORTED = "java.base/sun.nio.ch=ALL-UNNAMED";

  private FaultSwitch() {}

  static List<String> on(String plan) {
    return List.of(PROVIDER, EXPORT, EXPORTED, "-Dmillrace.faults=" + plan);
  }
}
