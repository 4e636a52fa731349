package dev.millrace.fault;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The keys of one channel, in all the selectors it is registered with; seldom more than one. */
final class Registrations {
  private final List<FaultKey> keys = new CopyOnWriteArrayList<>();

  void add(FaultKey key) {
    keys.add(key);
  }

  void remove(FaultKey key) {
    keys.remove(key);
  }

  /** A channel's readiness has changed, and no kernel tells the selectors. */
  void readinessChanged() {
    for (FaultKey key : keys) {
      key.owner().nudge();
    }
  }

  /**
   * Cancels the real keys of keys that are cancelled. Their selector does so in its next select,
   * but the platform's channel can be made blocking before that, as the JDK allows, only without
   * them.
   */
  void cancelStale() {
    for (FaultKey key : keys) {
      if (!key.isValid()) {
        key.realKey().cancel();
      }
    }
  }
}
