package dev.millrace.examples.errors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The most frequent names of a stream in bounded memory, with bounds: Space-Saving (Metwally,
 * Agrawal and El Abbadi 2005). A name that has no place takes that of the least frequent one, with
 * its count as the error. So with k places whoever has more than 1/k of all is in the table, and no
 * count is too high by more than that.
 *
 * <p>A heap by count finds the least one: log k steps a line, also where a line counts for many.
 */
final class HeavyHitters {
  /**
   * A name and how often it came.
   *
   * @param atLeast never more than it was
   * @param atMost never less, of what was counted with a name
   */
  record Hit(String name, long atLeast, long atMost) {}

  private static final class Place {
    private String name;
    private long count;
    private long error;
    private int index;
  }

  private final Map<String, Place> byName = new HashMap<>();
  private final Place[] heap;
  private int size;
  private long total;
  private long evictions;

  HeavyHitters(int places) {
    heap = new Place[places];
  }

  void add(String name, long weight) {
    total += weight;
    Place place = byName.get(name);
    if (place == null) {
      if (size < heap.length) {
        place = new Place();
        place.index = size;
        heap[size++] = place;
        siftUp(place);
      } else {
        place = heap[0];
        byName.remove(place.name);
        place.error = place.count;
        evictions++;
      }
      place.name = name;
      byName.put(name, place);
    }
    place.count += weight;
    siftDown(place);
  }

  /** The sum of all weights. */
  long total() {
    return total;
  }

  /** Whether every count is exact: nobody ever lost a place. */
  boolean isExact() {
    return evictions == 0;
  }

  /** By how much a count may be too high, at most. */
  long error() {
    return isExact() ? 0 : heap[0].count;
  }

  /** How many names have places. */
  int size() {
    return size;
  }

  /** The most frequent ones, by what is certain of them, most first; of equal ones by name. */
  List<Hit> top(int most) {
    List<Hit> hits = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      hits.add(new Hit(heap[i].name, heap[i].count - heap[i].error, heap[i].count));
    }
    hits.sort(
        Comparator.comparingLong(Hit::atLeast)
            .thenComparingLong(Hit::atMost)
            .reversed()
            .thenComparing(Hit::name));
    return List.copyOf(hits.subList(0, Math.min(most, hits.size())));
  }

  private void siftUp(Place place) {
    while (place.index > 0) {
      Place parent = heap[(place.index - 1) / 2];
      if (parent.count <= place.count) {
        return;
      }
      swap(parent, place);
    }
  }

  private void siftDown(Place place) {
    while (true) {
      int child = 2 * place.index + 1;
      if (child >= size) {
        return;
      }
      if (child + 1 < size && heap[child + 1].count < heap[child].count) {
        child++;
      }
      if (heap[child].count >= place.count) {
        return;
      }
      swap(place, heap[child]);
    }
  }

  private void swap(Place a, Place b) {
    int index = a.index;
    a.index = b.index;
    b.index = index;
    heap[a.index] = a;
    heap[b.index] = b;
  }
}
