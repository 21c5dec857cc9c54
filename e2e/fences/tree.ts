/** The arrows of docs/ARCHITECTURE.md as a table, and ground outside the tree on which violations are planted. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The arrows: what each package and app may import of ours. A new one has to be entered here, and in biome.jsonc. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/state': ['packages/protocol'],
  'packages/swarm': ['packages/protocol'],
  'packages/transport': ['packages/protocol'],
  'packages/statements': ['packages/protocol'],
  'packages/command-line': ['packages/protocol'],
  'packages/simulation': ['packages/protocol', 'packages/state', 'packages/swarm'],
  'packages/fuzzing': [],
  'packages/peer': ['packages/protocol', 'packages/statements', 'packages/swarm', 'packages/transport'],
  'apps/tracker': [
    'packages/command-line',
    'packages/protocol',
    'packages/state',
    'packages/statements',
    'packages/transport',
  ],
  'apps/client': ['packages/command-line', 'packages/peer', 'packages/protocol'],
};
export const folders = Object.keys(arrows);
export const purePackages = ['packages/protocol', 'packages/state', 'packages/swarm'];

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

export const nameOf = Object.fromEntries(folders.map((folder) => [folder, manifestOf(folder).name]));
export const folderOf = Object.fromEntries(folders.map((folder) => [manifestOf(folder).name, folder]));

/** Folders outside the tree, until {@link clearPlanted}. */
const planted: string[] = [];

/** Writes `files` into a new folder; gives its path. */
export function plant(files: Readonly<Record<string, string>>): string {
  // The compiler names files by their real path, which on some systems is not that of the temporary folder.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'p2p-fences-')));
  planted.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  return folder;
}

export function clearPlanted(): void {
  for (const folder of planted.splice(0)) rmSync(folder, { recursive: true });
}

/** A source that any package may hold. */
export const pureTwin =
  'export const between = (low: number, high: number) => Math.max(low, Math.min(high, Math.floor(1.5)));';

/** The file in which a violation of this description is planted. */
export const fileNameOf = (what: string) => `${what.replaceAll(/[^a-z]+/g, '-')}.ts`;
