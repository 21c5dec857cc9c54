/** Runs our sources in processes of their own: what must hold between processes, or outlive one that is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'tsup';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './identities.js';

/** Bundles a program (TypeScript; it may import from '../src/…') and returns the path of what Node can run. */
export async function bundleProgram(source: string): Promise<string> {
  const folder = await temporaryFolder();
  const entry = join(folder, 'program.ts');
  await writeFile(entry, source.replaceAll("'../src/", `'${join(import.meta.dirname, '../src')}/`));
  await build({
    entry: [entry],
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    // A folder of its own has no packages: all but Node's own goes into the bundle.
    noExternal: [/.*/],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    esbuildOptions: (options) => {
      options.conditions = ['@p2p/source'];
    },
    config: false,
    silent: true,
  });
  return join(folder, 'program.mjs');
}

/** Starts the program; it is killed when the test ends. */
export function startProgram(path: string, ...words: string[]): ChildProcess {
  const child = spawn(process.execPath, [path, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** The first line that the program prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the program was started without a pipe');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}
