package dev.millrace.fault;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;

/** A view of a set from which elements may be taken but to which none may be added. */
final class RemoveOnlySet<E> extends AbstractSet<E> {
  private final Set<E> set;

  RemoveOnlySet(Set<E> set) {
    this.set = set;
  }

  @Override
  public Iterator<E> iterator() {
    return set.iterator();
  }

  @Override
  public int size() {
    return set.size();
  }

  @Override
  public boolean contains(Object element) {
    return set.contains(element);
  }

  @Override
  public boolean remove(Object element) {
    return set.remove(element);
  }

  @Override
  public void clear() {
    set.clear();
  }
}
