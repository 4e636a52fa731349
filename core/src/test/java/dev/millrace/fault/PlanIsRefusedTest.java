package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultKind.Reach;
import java.nio.channels.spi.SelectorProvider;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;

class PlanIsRefusedTest {
  @Test
  void aFaultThatNeedsAnotherWorldIsNamed() {
    for (FaultKind kind : FaultKind.values()) {
      FaultPlan plan = FaultPlan.none().with(FaultKind.SHORT_READ, 1).with(kind, 0.5);
      if (kind.reach() == Reach.CHANNEL) {
        assertEquals(
            "FaultSelectorProvider[" + plan + "]",
            new FaultSelectorProvider(SelectorProvider.provider(), plan).toString());
      } else {
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class,
                () -> new FaultSelectorProvider(SelectorProvider.provider(), plan));
        assertTrue(e.getMessage().contains("'" + kind.word() + "'"), e.getMessage());
        assertTrue(e.getMessage().contains("simulated network"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
      }
    }
  }

  @Test
  void withoutTheSwitchThereIsNoPlanEither() {
    // This JVM has none of the properties.
    ServiceConfigurationError e =
        assertThrows(ServiceConfigurationError.class, FaultSelectorProvider::new);
    assertTrue(e.getMessage().contains("-Dmillrace.faults="), e.getMessage());
  }
}
