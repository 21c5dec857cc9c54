/** How long many things took, each. */
export class Latencies {
  readonly #milliseconds: number[] = [];
  #sorted = true;

  add(milliseconds: number): void {
    this.#milliseconds.push(milliseconds);
    this.#sorted = false;
  }

  addAll(others: Latencies): void {
    for (const milliseconds of others.#milliseconds) this.add(milliseconds);
  }

  get count(): number {
    return this.#milliseconds.length;
  }

  get median(): number {
    return this.share(0.5);
  }

  get worst(): number {
    return this.share(1);
  }

  /** What this share of them, from 0 to 1, did not exceed (nearest rank); NaN where there are none. */
  share(share: number): number {
    if (!this.#sorted) this.#milliseconds.sort((a, b) => a - b);
    this.#sorted = true;
    return this.#milliseconds[Math.max(0, Math.ceil(share * this.count) - 1)] ?? Number.NaN;
  }
}
