/** The floor in Node: TLS 1.3 and what has to be done with the bytes, without anything of a protocol. */
import { fileURLToPath } from 'node:url';
import type { Contender } from '../../contenders/contender.js';
import { PipeCrew, type PipePrograms } from './pipe-crew.js';

/** What the taker does with what comes: writes it, hashes it before, or has both done by a worker. */
export type Taking = 'write' | 'hash' | 'worker';

const program = fileURLToPath(new URL('node-pipe-program.js', import.meta.url));

export const nodePipe = {
  written: floor('Node: TLS pipe, write', 'write'),
  hashed: floor('Node: TLS pipe, SHA-256, write', 'hash'),
  hashedInWorker: floor('Node: TLS pipe, SHA-256 and write in a worker', 'worker'),
} as const;

function floor(name: string, how: Taking): Contender {
  const programs: PipePrograms = {
    serve: ({ port, file }) => [process.execPath, program, 'serve', String(port), file],
    take: ({ port, file, bytes }) => [process.execPath, program, 'take', String(port), String(bytes), file, how],
  };
  return { name, oneSeeder: true, gather: (scene) => PipeCrew.gather(programs, scene) };
}
