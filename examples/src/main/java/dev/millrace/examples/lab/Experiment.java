package dev.millrace.examples.lab;

import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * One failure that is provoked for real: how to do it, and what must be seen.
 *
 * <p>Immutable; any thread may run it, several at a time. A run happens on the calling thread,
 * which drives the loop by turns; it leaves no thread, no descriptor and no interrupt behind.
 */
public final class Experiment {
  /** What is done; the scene notes what happens. */
  @FunctionalInterface
  interface Play {
    void play(Scene scene) throws Exception;
  }

  private final String name;
  private final String title;
  private final String situation;
  private final String lesson;
  private final Operation operation;
  private final FailureKind kind;
  private final List<Need> needs;
  private final Expectation expectation;
  private final Play play;

  private Experiment(Draft draft, Play play) {
    this.name = draft.name;
    this.title = Objects.requireNonNull(draft.title, "title");
    this.situation = Objects.requireNonNull(draft.situation, "situation");
    this.lesson = draft.lesson;
    this.operation = draft.operation;
    this.kind = draft.kind;
    this.needs = List.copyOf(draft.needs);
    this.expectation = draft.expectation;
    this.play = play;
  }

  /** The name for the command line: lower case and hyphens. */
  public String name() {
    return name;
  }

  /** One line: what is shown. */
  public String title() {
    return title;
  }

  /** The situation, for the report's table: {@code "after the peer's reset"}. */
  public String situation() {
    return situation;
  }

  /** What to take from it, in one or two sentences; empty if the kind's advice says it all. */
  public String lesson() {
    return lesson;
  }

  /** The operation that it is about. */
  public Operation operation() {
    return operation;
  }

  /** The kind that it is about. */
  public FailureKind kind() {
    return kind;
  }

  /** What it can't do without. */
  public List<Need> needs() {
    return needs;
  }

  /** What must be seen, each in one line. */
  public List<String> expected() {
    return expectation.lines();
  }

  /**
   * Provokes it once.
   *
   * @param context the session
   * @return what was seen; an experiment that fails in an unforeseen way is {@code DIFFERENT} and
   *     says so, it does not throw
   */
  public Timeline run(LabContext context) {
    for (Need need : needs) {
      if (!need.isMet()) {
        return Scene.skipped(this, "needs " + need);
      }
    }
    return Scene.run(this, context, play, expectation);
  }

  /**
   * Plays what is to be played in a JVM of its own, in this one, which is it. Nothing is expected
   * here: who started this JVM compares.
   */
  Timeline runApart(LabContext context) {
    if (play instanceof Apart apart) {
      return Scene.run(this, context, apart.inner(), Expectation.nothing());
    }
    throw new IllegalArgumentException(name + " is not played apart");
  }

  @Override
  public String toString() {
    return name;
  }

  /** Begins one. */
  static Draft named(String name) {
    return new Draft(name);
  }

  /** An experiment that is being written. */
  static final class Draft {
    private final String name;
    private String title;
    private String situation;
    private String lesson = "";
    private Operation operation = Operation.NONE;
    private FailureKind kind = FailureKind.NONE;
    private List<Need> needs = List.of();
    private Expectation expectation = Expectation.nothing();

    private Draft(String name) {
      this.name = name;
    }

    Draft title(String text) {
      title = text;
      return this;
    }

    Draft situation(String text) {
      situation = text;
      return this;
    }

    Draft lesson(String text) {
      lesson = text;
      return this;
    }

    /** What it is about, where the record does not say so by itself. */
    Draft about(FailureKind shown, Operation during) {
      kind = shown;
      operation = during;
      return this;
    }

    Draft needs(Need... all) {
      needs = List.of(all);
      return this;
    }

    Draft expects(UnaryOperator<Expectation> added) {
      expectation = added.apply(expectation);
      return this;
    }

    Experiment plays(Play play) {
      return new Experiment(this, Objects.requireNonNull(play));
    }
  }
}
