/** Counts what has been done, for whoever waits until something more has been. */
export class Progress {
  #steps = 0;
  #waiting: { readonly due: number; readonly reached: () => void }[] = [];

  get steps(): number {
    return this.#steps;
  }

  step(): void {
    this.#steps += 1;
    const reached = this.#waiting.filter(({ due }) => due <= this.#steps);
    this.#waiting = this.#waiting.filter(({ due }) => due > this.#steps);
    for (const waiting of reached) waiting.reached();
  }

  /** Resolves after `count` more steps. */
  after(count: number): Promise<void> {
    return new Promise((reached) => this.#waiting.push({ due: this.#steps + count, reached }));
  }
}
