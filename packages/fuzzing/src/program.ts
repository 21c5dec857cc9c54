/** What the bundled program exports, for whoever runs targets in his own thread: a replay, a test. */
import type { execute } from './run/execution.js';
import type { inputOf } from './run/input.js';
import type { Target } from './target.js';

export interface Program {
  readonly targets: readonly Target[];
  readonly execute: typeof execute;
  readonly inputOf: typeof inputOf;
}

export async function loadProgram(program: URL): Promise<Program> {
  return (await import(program.href)) as Program;
}
