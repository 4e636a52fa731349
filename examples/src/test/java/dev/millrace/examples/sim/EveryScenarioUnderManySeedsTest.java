package dev.millrace.examples.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.LogGuard;
import dev.millrace.sim.TrialMode;
import dev.millrace.sim.Trials;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

/**
 * A short campaign, as a part of the suite: each scenario in both modes. {@code -Dmillrace.seed}
 * runs one seed instead.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EveryScenarioUnderManySeedsTest {
  private static final int SEEDS = 100;

  static Stream<Arguments> scenariosAndModes() {
    return Scenarios.all().stream()
        .flatMap(s -> Stream.of(TrialMode.values()).map(mode -> Arguments.of(s.name(), mode)));
  }

  @ParameterizedTest
  @MethodSource("scenariosAndModes")
  void nothingIsBroken(String name, TrialMode mode) {
    Long seed = Long.getLong("millrace.seed");
    try (LogWatch log = LogWatch.begin()) {
      Trials trials = trials(name, mode, log);
      long first = seed != null ? seed : 1;
      long last = seed != null ? seed : SEEDS;
      assertEquals(last - first + 1, trials.seeds(first, last));
      assertTrue(seed != null || trials.lifetimes() >= SEEDS / 2, "nobody came");
    }
  }

  /** Handlers throw on purpose, descriptors run out: LogWatch says which lines are too much. */
  @BeforeEach
  void whatFaultsAskForMayBeLogged() {
    LogGuard.allow(Level.WARN, "");
    LogGuard.allow(Level.ERROR, "handler threw");
    LogGuard.allow(Level.ERROR, "handler factory threw");
  }

  private static Trials trials(String name, TrialMode mode, LogWatch log) {
    Scenario scenario = Scenarios.named(name);
    return new Campaign(List.of(scenario), mode, log, 1, 1).trialsOf(scenario);
  }

  @ParameterizedTest
  @MethodSource("scenariosAndModes")
  void aRunDependsOnItsSeedAndOnNothingThatRanBefore(String name, TrialMode mode) {
    try (LogWatch log = LogWatch.begin()) {
      Trials upwards = trials(name, mode, log);
      Trials downwards = trials(name, mode, log);
      long[] fingerprints = new long[20];
      for (int seed = 0; seed < fingerprints.length; seed++) {
        fingerprints[seed] = upwards.run(seed);
      }
      for (int seed = fingerprints.length - 1; seed >= 0; seed--) {
        assertEquals(fingerprints[seed], downwards.run(seed), name + " seed " + seed);
      }
      assertNotEquals(fingerprints[0], fingerprints[1]);
    }
  }

  @Test
  void atLeastTwelveScenariosEachWithItsNameAndEachIsDrawn() throws Exception {
    Set<String> names = new HashSet<>();
    Set<String> drawn = new HashSet<>();
    try (LogWatch log = LogWatch.begin()) {
      Campaign all = new Campaign(Scenarios.all(), TrialMode.SAFETY, log, 1, 1);
      for (long seed = 1; seed <= 1000; seed++) {
        drawn.add(all.scenarioOf(seed).name());
      }
    }
    Scenarios.all().forEach(scenario -> names.add(scenario.name()));
    assertTrue(names.size() >= 12);
    assertEquals(Scenarios.all().size(), names.size());
    assertEquals(names, drawn);
  }
}
