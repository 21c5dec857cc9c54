/** Runs a range of a target's executions, and says what came of them. */
import type { Target } from '../target.js';
import { type Executed, execute, leastMs, MAX_EXECUTION_MS } from './execution.js';
import { collectGarbage, heldBytes } from './heap.js';
import { inputOf, type Origin } from './input.js';
import { kindOf, shrink } from './shrink.js';

/** After so many of its executions a target has all that it needs, and holds no more from then on. */
const WARM_UP = 0.2;
/** What a target's thread may hold more at its end: compiled code, and what the runtime remembers. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024;
/** How often it is looked whether what was let go is gone. */
const RELEASE_CHECKS = 20;
/** Below this nobody cares which input was the slowest. */
const NOTABLE_MS = 2;
/** Different finds after which a target is left. */
const MAX_FINDS = 5;

export interface Range {
  readonly from: number;
  readonly to: number;
  /** When to stop in any case, by `performance.now`. */
  readonly untilMs: number;
  /** Told the number of every execution before it begins. */
  readonly begun: (execution: number) => void;
}

export interface Find {
  readonly target: string;
  readonly execution: number;
  readonly fault: string;
  readonly input: Uint8Array;
}

export interface RangeResult {
  readonly target: string;
  readonly executions: number;
  readonly accepted: number;
  readonly seconds: number;
  readonly slowestMs: number;
  readonly growthBytes: number;
  readonly finds: readonly Find[];
}

export async function runRange(origin: Origin, range: Range): Promise<RangeResult> {
  const run = new RangeRun(origin, range);
  return run.result();
}

/** What was done last may hold something for a moment longer; what is held after so many collections is kept. */
const COLLECTIONS = 5;

class RangeRun {
  readonly #origin: Origin;
  readonly #range: Range;
  readonly #finds = new Map<string, Find>();
  #executions = 0;
  #accepted = 0;
  #slowestMs = 0;

  constructor(origin: Origin, range: Range) {
    this.#origin = origin;
    this.#range = range;
  }

  get #target(): Target {
    return this.#origin.target;
  }

  async result(): Promise<RangeResult> {
    const { from, to } = this.#range;
    const startedAt = performance.now();
    await this.#run(from, from + Math.ceil(WARM_UP * (to - from)));
    const heldBefore = await heldBytes();
    await this.#run(from + this.#executions, to);
    const growthBytes = (await heldBytes()) - heldBefore;
    if (growthBytes > MAX_GROWTH_BYTES) this.#add(to, new Uint8Array(0), `grew by ${growthBytes} bytes`);
    return {
      target: this.#target.name,
      executions: this.#executions,
      accepted: this.#accepted,
      seconds: (performance.now() - startedAt) / 1_000,
      slowestMs: this.#slowestMs,
      growthBytes,
      finds: [...this.#finds.values()],
    };
  }

  async #run(from: number, to: number): Promise<void> {
    const { from: first, to: last, untilMs, begun } = this.#range;
    const checkEvery = Math.ceil((last - first) / RELEASE_CHECKS);
    for (let execution = from; execution < to && this.#finds.size < MAX_FINDS; execution++) {
      if (performance.now() > untilMs) return;
      begun(execution);
      const input = inputOf(this.#origin, execution);
      const running = execute(this.#target, input);
      // Most targets need no turn of the loop, and would spend more time on it than on the input.
      const executed = running instanceof Promise ? await running : running;
      this.#executions += 1;
      if (executed.isAccepted) this.#accepted += 1;
      if (executed.fault !== undefined) await this.#addSmallest(execution, input, executed.fault);
      else if (executed.ms > Math.max(NOTABLE_MS, this.#slowestMs) && this.#slowestMs <= MAX_EXECUTION_MS)
        await this.#time(execution, input, executed);
      if (this.#executions % checkEvery === 0) await this.#checkReleased(execution, input);
    }
  }

  async #time(execution: number, input: Uint8Array, { ms }: Executed): Promise<void> {
    const least = await leastMs(this.#target, input, ms);
    this.#slowestMs = Math.max(this.#slowestMs, least);
    if (least > MAX_EXECUTION_MS) this.#add(execution, input, `takes ${Math.round(least)} ms`);
  }

  async #checkReleased(execution: number, input: Uint8Array): Promise<void> {
    if (this.#target.checkReleased === undefined) return;
    let fault: string | undefined;
    for (let chance = 0; chance < COLLECTIONS; chance++) {
      await collectGarbage();
      fault = faultOf(this.#target.checkReleased);
      if (fault === undefined) return;
    }
    if (fault !== undefined) this.#add(execution, input, fault);
  }

  async #addSmallest(execution: number, input: Uint8Array, fault: string): Promise<void> {
    if (this.#finds.has(kindOf(fault))) return;
    this.#add(execution, await shrink(this.#target, input, fault), fault);
  }

  #add(execution: number, input: Uint8Array, fault: string): void {
    if (!this.#finds.has(kindOf(fault)))
      this.#finds.set(kindOf(fault), { target: this.#target.name, execution, fault, input });
  }
}

/** What a check throws, as text. */
function faultOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
