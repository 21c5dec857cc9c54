/** Paths as the person meant them: from where they stood, `~` for home. pnpm runs the program in another folder. */
import { isAbsolute, join, resolve, sep } from 'node:path';

export interface Place {
  /** Where the person stood: an absolute path. */
  readonly directory: string;
  readonly home: string;
}

/** The place of this process: pnpm says in INIT_CWD where it was called. */
export function placeOf(env: NodeJS.ProcessEnv, workingDirectory: string, home: string): Place {
  const called = env.INIT_CWD;
  return { directory: called !== undefined && isAbsolute(called) ? called : workingDirectory, home };
}

/** `typed` as an absolute path. A separator at its end stays: it says that a directory is meant. */
export function absolutePath(place: Place, typed: string): string {
  const fromHome = typed === '~' || typed.startsWith('~/');
  const path = fromHome ? join(place.home, typed.slice(1)) : resolve(place.directory, typed);
  const endsInSeparator = typed.endsWith('/') || typed.endsWith(sep);
  return endsInSeparator && !path.endsWith(sep) ? path + sep : path;
}
