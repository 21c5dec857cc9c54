/** Several values under each key, in the order in which they came: what is looked up by something that may be shared. */

const none: ReadonlySet<never> = new Set();

export class MultiMap<K, V> {
  readonly #byKey = new Map<K, Set<V>>();

  add(key: K, value: V): void {
    const values = this.#byKey.get(key);
    if (values === undefined) this.#byKey.set(key, new Set([value]));
    else values.add(value);
  }

  delete(key: K, value: V): void {
    const values = this.#byKey.get(key);
    values?.delete(value);
    if (values?.size === 0) this.#byKey.delete(key);
  }

  of(key: K): ReadonlySet<V> {
    return this.#byKey.get(key) ?? none;
  }

  all(): V[] {
    return [...this.#byKey.values()].flatMap((values) => [...values]);
  }
}
