/** Scripts run from beginning to end: what a client in JSON script mode printed, line by line, and how it ended. */
import type { ClientEvent, ClientProgram, CommandAnswer } from '@p2p/harness';

export interface ScriptRun {
  readonly code: number | NodeJS.Signals;
  readonly answers: readonly CommandAnswer[];
  readonly events: readonly ClientEvent[];
}

/** Feeds `lines` to a client that was just started, ends its input and waits for its end. */
export async function runScript(client: ClientProgram, lines: readonly string[]): Promise<ScriptRun> {
  for (const line of lines) client.write(line);
  client.endInput();
  return outcomeOf(client);
}

/** Waits for the end of a client. Throws where a line of its standard output is neither an answer nor an event. */
export async function outcomeOf(client: ClientProgram): Promise<ScriptRun> {
  const code = await client.bounded(client.ended, 'waiting for its end');
  const values = client.output.lines.map((line) => JSON.parse(line));
  const answers = values.filter((value) => 'command' in value && 'ok' in value);
  const events = values.filter((value) => 'event' in value);
  if (answers.length + events.length !== values.length) throw new Error(client.transcript());
  return { code, answers, events };
}
