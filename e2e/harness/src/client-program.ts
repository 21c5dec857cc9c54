/** A client in JSON script mode: commands one after the other, answers and events as values. */
import { setTimeout } from 'node:timers/promises';
import { Program, type ProgramOptions } from './program.js';

/** What a command has come to, as the client printed it. */
export interface CommandAnswer {
  readonly command: string | null;
  readonly ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the results of thirty commands; whoever reads one knows its command.
  readonly result?: any;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface ClientEvent {
  readonly event: string;
  readonly state?: string;
  readonly number?: number;
  readonly group?: string;
  readonly file?: string;
  readonly done?: number;
  readonly bytes?: number;
  readonly path?: string;
  readonly root?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Between two questions of {@link ClientProgram.until}: asking must not starve what is waited for. */
const ASK_AGAIN_MS = 50;
/** Half a minute of asking: longer than every lease and retry. */
const MAX_QUESTIONS = 600;

export interface ClientProgramOptions extends Omit<ProgramOptions, 'words'> {
  /** Besides `--json`. */
  readonly words?: readonly string[];
}

export class ClientProgram extends Program {
  /** Lines of output that have been taken for answers or looked at for events. */
  #answersSeen = 0;

  constructor({ words = [], ...options }: ClientProgramOptions) {
    super('client', { ...options, words: ['--json', ...words] });
  }

  /** Types a command and waits for its answer. One at a time: answers come in the order of the commands. */
  async command(line: string): Promise<CommandAnswer> {
    this.write(line);
    const answer = await this.bounded(this.#nextAnswer(), `"${line}"`);
    return answer;
  }

  /** Gives it commands all at once, as a script does, and waits for their answers. */
  async script(lines: readonly string[]): Promise<CommandAnswer[]> {
    this.write(lines.join('\n'));
    const answers: CommandAnswer[] = [];
    for (const line of lines) answers.push(await this.bounded(this.#nextAnswer(), `"${line}"`));
    return answers;
  }

  /** The command's result. Throws where it was refused. */
  // biome-ignore lint/suspicious/noExplicitAny: see CommandAnswer.
  async succeed(line: string): Promise<any> {
    const answer = await this.command(line);
    if (!answer.ok) throw new Error(`${line}: ${JSON.stringify(answer.error)}\n${this.transcript()}`);
    return answer.result;
  }

  /** The code with which the command was refused. Throws where it succeeded. */
  async refused(line: string): Promise<string> {
    const answer = await this.command(line);
    if (answer.error === undefined) throw new Error(`${line} succeeded: ${JSON.stringify(answer.result)}`);
    return answer.error.code;
  }

  /** Repeats a command until its result fits, and returns that. Throws where it is refused, or never fits. */
  // biome-ignore lint/suspicious/noExplicitAny: see CommandAnswer.
  async until(line: string, fits: (result: any) => boolean): Promise<any> {
    for (let question = 0; question < MAX_QUESTIONS; question++) {
      const result = await this.succeed(line);
      if (fits(result)) return result;
      await setTimeout(ASK_AGAIN_MS);
    }
    throw new Error(`"${line}" never came to what was waited for\n${this.transcript()}`);
  }

  /** The first event that fits, from line number `from` of the output on; see {@link printed}. */
  async event(fits: (event: ClientEvent) => boolean, from = 0): Promise<ClientEvent> {
    const isMeant = (text: string): boolean => {
      const value: unknown = JSON.parse(text);
      return isEvent(value) && fits(value);
    };
    return JSON.parse(await this.bounded(this.output.find(isMeant, from), 'waiting for an event'));
  }

  /** Lines of output so far. */
  get printed(): number {
    return this.output.lines.length;
  }

  async #nextAnswer(): Promise<CommandAnswer> {
    const line = await this.output.find(isAnswerLine, this.#answersSeen);
    this.#answersSeen = this.output.lines.indexOf(line, this.#answersSeen) + 1;
    return JSON.parse(line);
  }
}

function isEvent(value: unknown): value is ClientEvent {
  return typeof value === 'object' && value !== null && 'event' in value;
}

function isAnswerLine(line: string): boolean {
  return !isEvent(JSON.parse(line));
}
