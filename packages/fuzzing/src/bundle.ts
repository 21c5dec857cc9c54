/**
 * All targets in one program, made from the sources as they are. Nothing imports an app, so each target lies in its own
 * package, in a folder beside the sources, and is found there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** This file lies in `packages/fuzzing/src`, its built form in `packages/fuzzing/dist`. */
const root = fileURLToPath(import.meta.url).split(`${sep}packages${sep}fuzzing${sep}`)[0] as string;
const home = join(root, 'packages', 'fuzzing');

export const corpusFolder = join(home, 'corpus');

/**
 * Machines are bundled apart from decoders, with what lies in `fuzz/instead` of a package taking the place of the source
 * of the same name: no socket, no disk, no hash that is meant to be slow.
 */
const kinds = [
  { program: 'decoders.mjs', ending: '.fuzz.ts', plugins: [] },
  { program: 'machines.mjs', ending: '.machine.ts', plugins: [standIns()] },
];

/** Paths of all modules of a kind; each exports `targets`. In order. */
function targetFiles(ending: string): string[] {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name, 'fuzz')),
  );
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(ending))
        .map((name) => join(folder, name)),
    );
  return files.sort();
}

/** Calls `use` with the program; afterwards it is gone. See program.ts for what it exports. */
export async function withTargets<T>(use: (program: URL) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-fuzz-'));
  try {
    for (const { program, ending, plugins } of kinds) {
      const names = targetFiles(ending).map((path, index) => [`targets${index}`, path] as const);
      await bundle(join(folder, program), plugins, [
        ...names.map(([name, path]) => `import { targets as ${name} } from ${JSON.stringify(path)};`),
        `export const targets = [${names.map(([name]) => `...${name}`).join(', ')}];`,
      ]);
    }
    const program = join(folder, 'targets.mjs');
    await bundle(
      program,
      [],
      [
        "import { targets as decoders } from './decoders.mjs';",
        "import { targets as machines } from './machines.mjs';",
        `import { work } from ${JSON.stringify(join(home, 'src/run/worker.ts'))};`,
        `export { execute } from ${JSON.stringify(join(home, 'src/run/execution.ts'))};`,
        `export { inputOf } from ${JSON.stringify(join(home, 'src/run/input.ts'))};`,
        'export const targets = [...decoders, ...machines];',
        'export const run = () => work(targets);',
      ],
    );
    return await use(pathToFileURL(program));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function standIns(): Plugin {
  return {
    name: 'stand-ins',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const [folder = ''] = path.split(`${sep}src${sep}`);
        const instead = join(folder, 'fuzz', 'instead', basename(path));
        if (!existsSync(instead)) return undefined;
        return { contents: readFileSync(instead, 'utf8'), loader: 'ts', resolveDir: dirname(instead) };
      });
    },
  };
}

async function bundle(outfile: string, plugins: Plugin[], lines: readonly string[]): Promise<void> {
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: home, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@p2p/source'],
    plugins,
    // The two parts of the program.
    external: kinds.map(({ program }) => `./${program}`),
    sourcemap: 'inline',
    logLevel: 'error',
    // Prebuilt parts can't be put into one file; a target that got as far as to need one would be told.
    loader: { '.node': 'empty' },
    // Libraries that are not modules ask for what only these have.
    banner: { js: "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);" },
  });
}
