/** Figures, tables and sentences for a person. Names come from other people: everything is made printable. */
import { printable } from '@p2p/command-line';
import type { DownloadState, DownloadStatus, Replicated } from '@p2p/peer';

/** A template whose values come from outside: each is made {@link printable}. */
export function sentence(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => text + printable(String(values[index - 1])) + part);
}

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `0 B`, `1023 B`, `1.0 KiB`, `640 MiB`: at most three digits that matter. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  let value = bytes / 1024;
  let unit = 0;
  // 1023.5 would be written 1024: it belongs to the next unit.
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** `2.0 MiB/s`, or that there is no limit. */
export function formatLimit(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? 'no limit' : `${formatBytes(bytesPerSecond)}/s`;
}

/** `1 s`, `59 s`, `2 min`, `3 h`, `2 d`: rounded up, so that it is never promised too soon. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} d`;
}

/** Whole per cent, rounded down: 100 means all of it. */
export function formatPercent(done: number, bytes: number): string {
  return `${bytes === 0 ? 100 : Math.floor((done / bytes) * 100)} %`;
}

/** `1 peer`, `2 peers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Rows under headings, columns aligned, two blanks between them; `nothing` where there is no row. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], nothing: string): string {
  if (rows.length === 0) return nothing;
  const lines = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) => lines.reduce((width, line) => Math.max(width, widthOf(line[column])), 0));
  return lines.map((line) => alignedLine(line, widths)).join('\n');
}

function alignedLine(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)));
  return padded.join('  ').trimEnd();
}

function widthOf(cell: string | undefined): number {
  return cell === undefined ? 0 : [...cell].length;
}

/** What to add where a tracker is away. */
export function replicationNote({ replicated }: Replicated): string {
  return replicated ? '' : ' (a tracker is away and gets it when it is back)';
}

const stateLetters: Readonly<Record<DownloadState, string>> = {
  queued: 'Q',
  downloading: 'D',
  paused: 'P',
  complete: 'C',
  failed: 'F',
};

/** `7 s left`, or nothing where it can't be told. */
export function timeLeft({ done, bytes, bytesPerSecond }: Omit<DownloadStatus, 'root'>): string[] {
  return bytesPerSecond === 0 ? [] : [`${formatDuration(((bytes - done) / bytesPerSecond) * 1_000)} left`];
}

/** `[D] [films] a.mkv  45 % of 1.0 GiB  80 MiB/s  7 s left  2 peers` */
export function downloadLine(download: Omit<DownloadStatus, 'root'>): string {
  const { group, file, state, done, bytes } = download;
  const subject = sentence`[${stateLetters[state]}] [${group}] ${file}`;
  const progress = `${formatPercent(done, bytes)} of ${formatBytes(bytes)}`;
  switch (state) {
    case 'complete':
      return sentence`${subject}  ${formatBytes(bytes)}  ${download.path}`;
    case 'failed':
      return sentence`${subject}  ${progress}  ${download.error?.message ?? 'cancelled'}`;
    case 'downloading':
      return [
        subject,
        progress,
        `${formatBytes(download.bytesPerSecond)}/s`,
        ...timeLeft(download),
        counted(download.peers, 'peer'),
      ].join('  ');
    default:
      return `${subject}  ${progress}  ${state}`;
  }
}
