package dev.millrace.guard;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.slf4j.event.Level;

/**
 * A test logs such a line at WARN or ERROR, and fails if it does not. On a class it stands for each
 * of its tests. What is known only while the test runs is told by {@link LogGuard#expect}.
 */
@Documented
@Inherited
@Repeatable(ExpectedLog.All.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface ExpectedLog {
  /** The line's level, exactly. */
  Level level();

  /** A part of the formatted message. */
  String containing();

  /** How many such lines have to come at the least; 0 where none has to, but some may. */
  int atLeast() default 1;

  /** Several of them. */
  @Documented
  @Inherited
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  @interface All {
    /** All that stand at one place. */
    ExpectedLog[] value();
  }
}
