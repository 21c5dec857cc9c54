/** Debian's iproute2, run to its end: namespaces, links and shapers are made and asked about by it. */
import { spawnSync } from 'node:child_process';

/** It takes milliseconds; a kernel that holds it up for longer is broken. */
const PATIENCE_MS = 10_000;

/** What `ip` printed. Throws with its own words where it failed. */
export function ip(...words: readonly string[]): string {
  return run('ip', words);
}

/** What `tc` printed. Throws with its own words where it failed. */
export function tc(...words: readonly string[]): string {
  return run('tc', words);
}

/** Names of the network namespaces that `ip` knows. */
export function namespaces(): string[] {
  const lines = ip('netns', 'list').split('\n');
  return lines.map((line) => line.split(' ')[0] ?? '').filter((name) => name !== '');
}

/** Ends every process in a namespace, each by its id, and removes the namespace with all its links. */
export function removeNamespace(name: string): void {
  for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  }
  ip('netns', 'delete', name);
}

function run(program: string, words: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: PATIENCE_MS });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
