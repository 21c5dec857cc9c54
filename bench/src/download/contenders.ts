/** Who takes part: ours, the floors that can be had here, and the rivals that are installed. */
import type { Contender } from '../contenders/contender.js';
import { ownClients } from '../contenders/own-clients.js';
import { findRivals } from '../contenders/rivals/installed.js';
import { buildCPipe } from './floors/c-pipe.js';
import { nodePipe } from './floors/node-pipe.js';
import { findRsync } from './rivals/rsync.js';
import { findSyncthing } from './rivals/syncthing.js';

export interface Contenders {
  readonly there: readonly Contender[];
  /** Names of those that can't be had. */
  readonly absent: readonly string[];
}

/** @param directory where a floor may be compiled */
export function findContenders(directory: string, withRivals: boolean): Contenders {
  const cPipe = buildCPipe(directory);
  const floors = [...(cPipe === undefined ? [] : [cPipe.plain, cPipe.hashed]), ...Object.values(nodePipe)];
  const swarms = withRivals ? findRivals() : { there: [], absent: [] };
  const others = withRivals ? { rsync: findRsync(), syncthing: findSyncthing() } : {};
  return {
    there: [ownClients, ...floors, ...swarms.there, ...Object.values(others).flatMap((found) => found ?? [])],
    absent: [
      ...(cPipe === undefined ? ['C, for lack of a compiler'] : []),
      ...swarms.absent,
      ...Object.entries(others).flatMap(([name, found]) => (found === undefined ? name : [])),
    ],
  };
}
