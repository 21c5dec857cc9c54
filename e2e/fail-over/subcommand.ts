/** Subcommands of the tracker, run to their end. */
import { type Cluster, Program } from '@p2p/harness';

export interface Ended {
  readonly exitCode: number | NodeJS.Signals;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

/** `line` is cut at its blanks. */
export async function runSubcommand(cluster: Cluster, line: string, directory = cluster.directory): Promise<Ended> {
  const program = cluster.own(new Program('tracker', { words: line.split(' '), directory }));
  const exitCode = await program.bounded(program.ended, `"${line}"`);
  return { exitCode, output: program.output.lines, errors: program.errors.lines };
}
