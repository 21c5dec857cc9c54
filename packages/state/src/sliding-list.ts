/** A list that grows at its end and is forgotten from its beginning. Positions stay what they were. */
export class SlidingList<T> {
  #items: (T | undefined)[] = [];
  /** Position of the first item in the array, forgotten or not. */
  #origin = 0;
  #start = 0;

  /** Position of the first item that is not forgotten. */
  get start(): number {
    return this.#start;
  }

  /** The position behind the last item. */
  get end(): number {
    return this.#origin + this.#items.length;
  }

  get length(): number {
    return this.end - this.#start;
  }

  /** The item at a position, or undefined where none is, or none any more. */
  at(position: number): T | undefined {
    return this.#items[position - this.#origin];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Forgets everything before `position`. */
  forgetBefore(position: number): void {
    for (let at = this.#start; at < position; at++) this.#items[at - this.#origin] = undefined;
    this.#start = Math.max(this.#start, position);
    const forgotten = this.#start - this.#origin;
    // Moved seldom enough that forgetting costs the same for each item, however long the list is.
    if (forgotten < 1_024 || forgotten * 2 < this.#items.length) return;
    this.#items = this.#items.slice(forgotten);
    this.#origin = this.#start;
  }

  /** Takes off everything from `position` on, and returns it. */
  cutFrom(position: number): T[] {
    return this.#items.splice(position - this.#origin) as T[];
  }

  *from(position: number): Generator<T> {
    for (let at = Math.max(position, this.#start); at < this.end; at++) yield this.at(at) as T;
  }
}
