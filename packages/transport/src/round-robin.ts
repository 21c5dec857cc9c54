/** Things that wait: each owner's in order, the owners in turn, so that who brings a thousand waits by himself. */
export class RoundRobin<T> {
  /** The owner whose turn it is comes first. Nobody has an empty set. */
  readonly #byOwner = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `thing` waits once. */
  add(owner: string, thing: T): void {
    const things = this.#byOwner.get(owner);
    if (things === undefined) this.#byOwner.set(owner, new Set([thing]));
    else things.add(thing);
    this.#size += 1;
  }

  take(): T | undefined {
    const [first] = this.#byOwner;
    if (first === undefined) return undefined;
    const [owner, things] = first;
    const [thing] = things;
    if (thing !== undefined) this.remove(owner, thing);
    // The others come first now.
    if (this.#byOwner.delete(owner)) this.#byOwner.set(owner, things);
    return thing;
  }

  /** It waits no longer, if it did. */
  remove(owner: string, thing: T): void {
    const things = this.#byOwner.get(owner);
    if (things?.delete(thing) !== true) return;
    this.#size -= 1;
    if (things.size === 0) this.#byOwner.delete(owner);
  }

  /** Takes the last one of whoever has most waiting; of several, of the one whose turn is last. */
  takeFromLongest(): T | undefined {
    let longest: [owner: string, things: Set<T>] | undefined;
    for (const entry of this.#byOwner) if (entry[1].size >= (longest?.[1].size ?? 0)) longest = entry;
    if (longest === undefined) return undefined;
    const [owner, things] = longest;
    const last = [...things].pop();
    if (last !== undefined) this.remove(owner, last);
    return last;
  }
}
