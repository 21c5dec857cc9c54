/** The floor in Node: TLS 1.3 and what has to be done with the bytes, without anything of a protocol. */
import { fileURLToPath } from 'node:url';
import type { Contender } from '../../contenders/contender.js';
import { PipeCrew, type PipePrograms } from './pipe-crew.js';

/** What the taker does with what comes: writes it, hashes it before, or has both done by a worker. */
export type Taking = 'write' | 'hash' | 'worker';

export interface Sending {
  readonly blockBytes: number;
  /** Blocks that are read ahead of what the socket takes. */
  readonly readAhead: number;
}

interface Choices extends Sending {
  readonly how: Taking;
  /** Received into buffers of the taker's own, or by 'data' events into fresh ones. */
  readonly buffers: 'own' | 'fresh';
}

const KIB = 1024;
const program = fileURLToPath(new URL('node-pipe-program.js', import.meta.url));
const best: Choices = { blockBytes: 1_024 * KIB, readAhead: 3, how: 'worker', buffers: 'own' };

export const nodePipe = {
  written: floor('Node: TLS pipe, write', { how: 'write' }),
  hashed: floor('Node: TLS pipe, SHA-256, write', { how: 'hash' }),
  hashedInWorker: floor('Node: TLS pipe, SHA-256 and write in a worker', {}),
} as const;

/** The last of these with one thing different, each: what that buys. */
export const nodeChoices: readonly Contender[] = [
  floor('Node: … with blocks of 256 KiB', { blockBytes: 256 * KIB }),
  floor('Node: … with blocks of 16 KiB', { blockBytes: 16 * KIB }),
  floor('Node: … without reading ahead', { readAhead: 1 }),
  floor("Node: … with 'data' events", { buffers: 'fresh' }),
];

function floor(name: string, different: Partial<Choices>): Contender {
  const { blockBytes, readAhead, how, buffers } = { ...best, ...different };
  const programs: PipePrograms = {
    serve: ({ port, file }) => [process.execPath, program, 'serve', ...[port, file, blockBytes, readAhead].map(String)],
    take: ({ port, file, bytes }) => [
      process.execPath,
      program,
      'take',
      String(port),
      String(bytes),
      file,
      how,
      buffers,
    ],
  };
  return { name, oneSeeder: true, gather: (scene) => PipeCrew.gather(programs, scene) };
}
