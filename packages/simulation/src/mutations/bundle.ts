/**
 * The worker's program made from the sources as they are, or with some of them changed. A change that does not apply to exactly
 * one place is an error: the table of mutations may not outlive the code that it speaks of.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** A change of a source. */
export interface Edit {
  /** Path from the root of the workspace. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** This file lies in `packages/simulation/src/mutations`, its built form in `packages/simulation/dist`. */
export const root = fileURLToPath(import.meta.url).split(`${sep}packages${sep}simulation${sep}`)[0] as string;

/** Calls `use` with the changed program; afterwards it is gone. */
export async function withEdits<T>(edits: readonly Edit[], use: (program: URL) => Promise<T>): Promise<T> {
  const changed = new Map<string, string>();
  for (const edit of edits) {
    const path = join(root, edit.file);
    changed.set(path, edited(changed.get(path) ?? (await readFile(path, 'utf8')), edit));
  }
  const folder = await mkdtemp(join(tmpdir(), 'p2p-mutant-'));
  try {
    const program = join(folder, 'seed-worker.mjs');
    await bundle(program, servingInstead(changed));
    return await use(pathToFileURL(program));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function edited(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like: ${find}`);
  return parts.join(replace);
}

/** Gives some files another content. A file that is no part of the program is noticed by a mutation without effect. */
function servingInstead(changed: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'edits',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const contents = changed.get(path);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

async function bundle(outfile: string, plugin: Plugin): Promise<void> {
  await build({
    entryPoints: [join(root, 'packages/simulation/src/seed-worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@p2p/source'],
    logLevel: 'error',
    // Libraries that are not modules ask for what only these have.
    banner: { js: "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);" },
    plugins: [plugin],
  });
}
