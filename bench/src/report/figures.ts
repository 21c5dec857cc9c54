/** What a benchmark comes to: numbers with units, and beside some of them what was wanted. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  /** `/s`, `µs`, `ms`, `s`, `s/GiB`, `MiB`, `MB`, `MB/s`, or empty for a count or a ratio. */
  readonly unit: string;
  readonly wanted?: Wanted;
  /** The readings that it is the median of; kept, and not in the table. */
  readonly of?: readonly number[];
}

/** `value` is in the figure's own unit. */
export interface Wanted {
  readonly is: 'at least' | 'under';
  readonly value: number;
}

export const atLeast = (value: number): Wanted => ({ is: 'at least', value });
export const under = (value: number): Wanted => ({ is: 'under', value });

/** Whether a figure is what was wanted; undefined where nothing was. */
export function isMet({ value, wanted }: Figure): boolean | undefined {
  if (wanted === undefined) return undefined;
  return wanted.is === 'under' ? value < wanted.value : value >= wanted.value;
}

/** A benchmark that has measured nothing must not look like one that has: every figure is a number, one is above 0. */
export function assertCounted(figures: readonly Figure[]): void {
  const odd = figures.find(({ value }) => !Number.isFinite(value) || value < 0);
  if (odd !== undefined) throw new Error(`"${odd.what}" came to ${odd.value}`);
  if (!figures.some(({ value }) => value > 0)) throw new Error('nothing was counted');
}

/** Lines for a person, columns aligned. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    `${rounded(figure.value)} ${figure.unit}`.trimEnd(),
    verdict(figure),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = ([what = '', value = '', verdict = '']: string[]) =>
    `  ${what.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${verdict}`.trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

function verdict(figure: Figure): string {
  const { wanted } = figure;
  if (wanted === undefined) return '';
  return `${isMet(figure) ? 'as wanted' : 'NOT AS WANTED'}: ${wanted.is} ${rounded(wanted.value)}`;
}

/** Three digits say all that one run on one machine can. */
function rounded(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
