/** Runs commands one after the other for whoever reads them: a script or a prompt. Knows when it is time to leave. */
import type { Place } from '@p2p/command-line';
import type { Peer } from '@p2p/peer';
import { type Refusal, refusal } from '@p2p/protocol';
import type { CommandContext, Outcome } from './commands/command.js';
import { commands } from './commands/index.js';
import { cutWords } from './words.js';

/** A line, cut: the command as it was typed and its arguments, or what is wrong with it. */
type Cut =
  | { readonly ok: true; readonly name: string; readonly words: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Cuts a line that is not blank. */
export function cutCommand(line: string): Cut {
  const cut = cutWords(line);
  if (!cut.ok) return { ok: false, refusal: refusal('bad_request', cut.message) };
  const [name = '', ...words] = cut.words;
  return { ok: true, name, words };
}

export class Session {
  private leaving = false;
  private readonly context: CommandContext;

  constructor(
    readonly peer: Peer,
    place: Place,
    /** Where the traces of bugs go. */
    private readonly reportBug: (error: unknown) => void,
  ) {
    this.context = {
      peer,
      place,
      commands,
      leave: () => {
        this.leaving = true;
      },
    };
  }

  /** Whether `quit` was said. */
  get isLeaving(): boolean {
    return this.leaving;
  }

  /** Never rejects: a bug in one command is reported, answered with `internal`, and the next one runs. */
  async run(name: string, words: readonly string[]): Promise<Outcome> {
    const command = commands.get(name);
    if (command === undefined) return refusal('unknown_command', `there is no command "${name}" – use: help`);
    try {
      return await command.execute(this.context, words);
    } catch (error) {
      this.reportBug(error);
      return refusal('internal');
    }
  }
}
