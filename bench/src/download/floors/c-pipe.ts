/** The floor in C: plain TCP, compiled here and now. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from '../../contenders/contender.js';
import { PipeCrew, type PipePrograms } from './pipe-crew.js';

/** Seen from the built program. */
const source = fileURLToPath(new URL('../src/download/floors/pipe.c', import.meta.url));

const OPTIONS = ['-O2', '-o'];

export interface CFloors {
  readonly plain: Contender;
  readonly hashed: Contender;
}

/** Compiles it into `directory`. Undefined where there is no C compiler. */
export function buildCPipe(directory: string): CFloors | undefined {
  const program = join(directory, 'pipe');
  const isBuilt =
    compile([...OPTIONS, program, '-DWITH_LIBCRYPTO', source, '-lcrypto']) || compile([...OPTIONS, program, source]);
  if (!isBuilt) return undefined;
  const how = spawnSync(program, ['how'], { encoding: 'utf8' }).stdout.trim();
  return {
    plain: floor('C: sendfile, receive, write', program, 'plain'),
    hashed: floor(`C: the same with SHA-256 (${how})`, program, 'sha256'),
  };
}

function compile(words: readonly string[]): boolean {
  return spawnSync('cc', words, { stdio: 'ignore' }).status === 0;
}

function floor(name: string, program: string, how: 'plain' | 'sha256'): Contender {
  const programs: PipePrograms = {
    serve: ({ port, file }) => [program, 'serve', String(port), file],
    take: ({ port, file, bytes }) => [program, 'take', String(port), String(bytes), file, how],
  };
  return { name, oneSeeder: true, gather: (scene) => PipeCrew.gather(programs, scene) };
}
