/**
 * All targets in one program, made from the sources as they are. Nothing imports an app, so each target lies in its own
 * package, in a folder beside the sources, and is found there.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** This file lies in `packages/fuzzing/src`, its built form in `packages/fuzzing/dist`. */
const root = fileURLToPath(import.meta.url).split(`${sep}packages${sep}fuzzing${sep}`)[0] as string;
const home = join(root, 'packages', 'fuzzing');

export const corpusFolder = join(home, 'corpus');

/** Paths of all modules that export `targets`, in order. */
function targetFiles(): string[] {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name, 'fuzz')),
  );
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.fuzz.ts'))
        .map((name) => join(folder, name)),
    );
  return files.sort();
}

/** Calls `use` with the program; afterwards it is gone. See {@link Program} for what it exports. */
export async function withTargets<T>(use: (program: URL) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-fuzz-'));
  try {
    const program = join(folder, 'targets.mjs');
    await bundle(program);
    return await use(pathToFileURL(program));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bundle(outfile: string): Promise<void> {
  const names = targetFiles().map((path, index) => [`targets${index}`, path] as const);
  const contents = [
    ...names.map(([name, path]) => `import { targets as ${name} } from ${JSON.stringify(path)};`),
    `import { work } from ${JSON.stringify(join(home, 'src/run/worker.ts'))};`,
    `export { execute } from ${JSON.stringify(join(home, 'src/run/execution.ts'))};`,
    `export { inputOf } from ${JSON.stringify(join(home, 'src/run/input.ts'))};`,
    `export const targets = [${names.map(([name]) => `...${name}`).join(', ')}];`,
    'export const run = () => work(targets);',
  ].join('\n');
  await build({
    stdin: { contents, resolveDir: home, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@p2p/source'],
    sourcemap: 'inline',
    logLevel: 'error',
    // Prebuilt parts can't be put into one file; a target that got as far as to need one would be told.
    loader: { '.node': 'empty' },
    // Libraries that are not modules ask for what only these have.
    banner: { js: "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);" },
  });
}
