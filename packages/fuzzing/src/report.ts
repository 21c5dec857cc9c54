/** What a run comes to, as a table. */
import type { RangeResult } from './run/range.js';
import type { Target } from './target.js';

/** The shares of all workers together. */
export function together(results: readonly RangeResult[]): RangeResult {
  const [first] = results;
  if (first === undefined) throw new Error('nobody has run anything');
  const sum = (of: (result: RangeResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: RangeResult) => number) => Math.max(...results.map(of));
  return {
    target: first.target,
    executions: sum(({ executions }) => executions),
    accepted: sum(({ accepted }) => accepted),
    seconds: most(({ seconds }) => seconds),
    slowestMs: most(({ slowestMs }) => slowestMs),
    growthBytes: most(({ growthBytes }) => growthBytes),
    finds: results.flatMap(({ finds }) => finds),
  };
}

const heading = ['target', 'executions', 'seconds', 'a second', 'accepted', 'slowest', 'growth', 'finds'];

/** A line for each target and one for each kind; columns as wide as they have to be. */
export function tableOf(results: readonly RangeResult[], targets: readonly Target[]): string {
  const kinds = (['decoder', 'machine'] as const).flatMap((kind) => {
    const names = new Set(targets.filter((target) => target.kind === kind).map(({ name }) => name));
    const own = results.filter(({ target }) => names.has(target));
    if (own.length === 0) return [];
    const seconds = own.reduce((total, result) => total + result.seconds, 0);
    return [{ ...together(own), target: `all ${kind}s`, seconds }];
  });
  const rows = [heading, ...[...results, ...kinds].map(cellsOf)];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((row) => `${row.join('  ')}\n`)
    .join('');
}

function cellsOf({ target, executions, seconds, accepted, slowestMs, growthBytes, finds }: RangeResult): string[] {
  return [
    target,
    executions.toLocaleString('en-GB'),
    seconds.toFixed(1),
    Math.round(executions / Math.max(seconds, 0.001)).toLocaleString('en-GB'),
    `${Math.round((100 * accepted) / Math.max(executions, 1))} %`,
    slowestMs === 0 ? 'under 2 ms' : `${slowestMs.toFixed(0)} ms`,
    `${Math.round(growthBytes / 1024)} KiB`,
    String(finds.length),
  ];
}
