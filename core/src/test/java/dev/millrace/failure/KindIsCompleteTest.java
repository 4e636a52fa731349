package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

class KindIsCompleteTest {

  @ParameterizedTest
  @EnumSource
  void everyKindSaysWhatItIsAndWhatToDo(FailureKind kind) {
    assertEquals(kind.name(), kind.symbol());
    assertNotNull(kind.fault());
    assertNotNull(kind.level());
    assertFalse(kind.phases().isEmpty());
    assertThrows(UnsupportedOperationException.class, () -> kind.phases().add(Operation.NONE));
    String advice = kind.advice();
    assertTrue(advice.matches("[A-Z][\\x20-\\x7e]+\\."), advice);
    assertTrue(advice.length() <= 120, advice);
  }

  @Test
  void noTwoKindsGiveTheSameAdvice() {
    Set<String> advice = new HashSet<>();
    for (FailureKind kind : FailureKind.values()) {
      assertTrue(advice.add(kind.advice()), kind.symbol());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPIPE", "ECONNRESET", "READ_IDLE", "NONE", "LINGER_TIMEOUT"})
  void everydayDeparturesAreNoNews(FailureKind kind) {
    assertEquals(Level.DEBUG, kind.level());
  }

  @ParameterizedTest
  @EnumSource(names = {"HANDLER_FAILED", "EADDRINUSE", "EADDRNOTAVAIL", "EACCES"})
  void ourOwnFailuresAreErrors(FailureKind kind) {
    assertEquals(Level.ERROR, kind.level());
    assertEquals(Fault.US, kind.fault());
  }

  @Test
  void everyOperationHasKindsAndUnknownFitsAll() {
    for (Operation operation : Operation.values()) {
      EnumSet<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
      for (FailureKind kind : FailureKind.values()) {
        if (kind.phases().contains(operation)) {
          kinds.add(kind);
        }
      }
      assertTrue(kinds.contains(FailureKind.UNKNOWN), operation.name());
      assertTrue(kinds.size() > 1, operation.name());
    }
  }

  @Test
  void exhaustionIsWorthARetryAndForbiddenPortsAreNot() {
    assertTrue(FailureKind.EMFILE.isRetryable());
    assertTrue(FailureKind.ECONNREFUSED.isRetryable());
    assertFalse(FailureKind.EACCES.isRetryable());
    assertFalse(FailureKind.UNRESOLVED.isRetryable());
  }
}
