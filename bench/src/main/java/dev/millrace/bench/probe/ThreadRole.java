package dev.millrace.bench.probe;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a thread of a JVM is for, as far as its name tells. The kernel keeps 15 bytes of a name, so
 * {@code C2 CompilerThread0} is there as {@code C2 CompilerThre}.
 *
 * <p>Of a program that is no JVM all threads are {@link #SERVER}, unless it names one like these.
 */
public enum ThreadRole {
  /**
   * Compiles, or (until JDK 19, {@code Sweeper thread}) clears away what was compiled: work that
   * ends some time after the start, and no part of what a request costs.
   */
  JIT("C[12] Compiler|JVMCI|Sweeper thread"),

  /**
   * Collects garbage. {@code VM Thread} is one of them because it is the one that collects under
   * the serial collector, and stops the others for the rest; it also does what else needs the
   * threads to be stopped.
   */
  GC("VM Thread|GC Thread#|G1 |Shenandoah|Z(Worker|Driver|Director|Stat|Un)|RuntimeWorker#"),

  /** All others: the program's own, and the JVM's small ones. */
  SERVER("");

  private final Pattern beginning;

  ThreadRole(String beginning) {
    this.beginning = Pattern.compile(beginning);
  }

  /**
   * The role that a name tells.
   *
   * @param name of a thread, as the kernel has it
   */
  public static ThreadRole of(String name) {
    return Stream.of(values())
        .filter(role -> role.beginning.matcher(name).lookingAt())
        .findFirst()
        .orElseThrow(); // the last one takes all
  }
}
