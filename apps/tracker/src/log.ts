/** What a tracker says while it runs: one calm line for what its operator wants to know, on standard output. */

import { printableLines } from '@p2p/command-line';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Lines never hold a password, a token or a key. What they quote may come from anywhere. */
export type Log = Readonly<Record<LogLevel, (line: string) => void>>;

/** A log that passes lines of `level` and above on to `write`. */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const bound = logLevels.indexOf(level);
  const logger = (at: LogLevel) => (line: string) => {
    if (logLevels.indexOf(at) <= bound) write(`${at === 'info' ? '' : `${at}: `}${printableLines(line)}\n`);
  };
  return { error: logger('error'), warn: logger('warn'), info: logger('info'), debug: logger('debug') };
}
