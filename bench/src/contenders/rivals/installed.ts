/** Other programs that do the same, where they are installed. */
import type { Contender } from '../contender.js';
import { findAria2 } from './aria2.js';
import { findLibtorrent } from './libtorrent.js';

const rivals: readonly { readonly name: string; find(): Contender | undefined }[] = [
  { name: 'aria2', find: findAria2 },
  { name: 'libtorrent', find: findLibtorrent },
];

export interface Rivals {
  readonly there: readonly Contender[];
  /** Names of those that are not. */
  readonly absent: readonly string[];
}

export function findRivals(): Rivals {
  const found = rivals.map(({ name, find }) => ({ name, contender: find() }));
  return {
    there: found.flatMap(({ contender }) => contender ?? []),
    absent: found.filter(({ contender }) => contender === undefined).map(({ name }) => name),
  };
}
