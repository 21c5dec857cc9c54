/**
 * What a command of the shell is. Each file beside this one describes one; the words, the usage line and the count of
 * arguments all follow from its parameters, so they can't disagree.
 */
import type { Place } from '@p2p/command-line';
import type { Answer, Peer } from '@p2p/peer';
import { type Refusal, refusal } from '@p2p/protocol';

export interface CommandContext {
  readonly peer: Peer;
  /** Relative paths in a command start here. */
  readonly place: Place;
  /** Every command there is, for `help`. */
  readonly commands: ReadonlyMap<string, Command>;
  /** Ends the session after this command. */
  leave(): void;
}

/** `result` is what `--json` prints, `text` what a person reads (lines without the last line end, or nothing). */
export type Outcome = { readonly ok: true; readonly result: object; text(): string } | Refusal;

export interface Command {
  readonly name: string;
  /** `create_group <group>` */
  readonly usage: string;
  /** What it does, in half a line. */
  readonly summary: string;
  /** The passwords that are left out of these arguments, where nothing but passwords is: a person is asked for them. */
  missingSecrets(words: readonly string[]): readonly string[];
  /** Whether one of these arguments stands where a password does. */
  holdsSecret(words: readonly string[]): boolean;
  /** `words` are the arguments, without the command itself. Never rejects but on a bug. */
  execute(context: CommandContext, words: readonly string[]): Promise<Outcome>;
}

type Given<R extends string, O extends string> = Readonly<Record<R, string>> & Readonly<Partial<Record<O, string>>>;

interface Description<R extends string, O extends string, T extends object> {
  readonly name: string;
  readonly summary: string;
  /** Names of the arguments that must be there, in order. */
  readonly required?: readonly R[];
  /** Names of the arguments that may follow, in order. */
  readonly optional?: readonly O[];
  /** Options that may stand after the required arguments: `{ as: 'NAME', verify: true }` is `--as NAME` and `--verify`. */
  readonly options?: Readonly<Partial<Record<O, string | true>>>;
  /** Which of the required ones are passwords; they are the last ones. */
  readonly secrets?: readonly R[];
  run(context: CommandContext, given: Given<R, O>): Answer<T> | Promise<Answer<T>>;
  text(result: T, given: Given<R, O>, context: CommandContext): string;
}

/** Makes a command of its description. */
export function command<R extends string, O extends string, T extends object>(
  description: Description<R, O, T>,
): Command {
  const { name, summary, required = [], secrets = [] } = description;
  const usage = usageOf(description);
  const firstSecret = required.length - secrets.length;
  return {
    name,
    usage,
    summary,
    missingSecrets: (words) => (words.length < firstSecret ? [] : required.slice(words.length)),
    holdsSecret: (words) => secrets.length > 0 && words.length > firstSecret,
    async execute(context, words) {
      const bound = bindWords(description, words);
      if (!bound.ok) return refusal('bad_request', `${bound.message} – usage: ${usage}`);
      const answer = await description.run(context, bound.given);
      if (!answer.ok) return answer;
      return { ok: true, result: answer.result, text: () => description.text(answer.result, bound.given, context) };
    },
  };
}

type Signature<R extends string, O extends string> = Pick<
  Description<R, O, object>,
  'name' | 'required' | 'optional' | 'options'
>;

function usageOf({ name, required = [], optional = [], options = {} }: Signature<string, string>): string {
  return [
    name,
    ...required.map((parameter) => `<${parameter}>`),
    ...optional.map((parameter) => `[${parameter}]`),
    ...Object.entries(options).map(([option, value]) => (value === true ? `[--${option}]` : `[--${option} ${value}]`)),
  ].join(' ');
}

type Bound<R extends string, O extends string> =
  | { readonly ok: true; readonly given: Given<R, O> }
  | { readonly ok: false; readonly message: string };

/**
 * Gives each word its name. Options are looked for only after the required arguments, so a group may be called `--as`.
 */
function bindWords<R extends string, O extends string>(
  { required = [], optional = [], options }: Signature<R, O>,
  words: readonly string[],
): Bound<R, O> {
  const missing = required[words.length];
  if (missing !== undefined) return { ok: false, message: `<${missing}> is missing` };
  const given: Partial<Record<string, string>> = {};
  for (const [index, parameter] of required.entries()) given[parameter] = words[index];

  const free: string[] = [...optional];
  for (let index = required.length; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [option, kind] = Object.entries(options ?? {}).find(([known]) => word === `--${known}`) ?? [];
    const parameter = option ?? free.shift();
    if (parameter === undefined) return { ok: false, message: 'too many arguments' };
    if (given[parameter] !== undefined) return { ok: false, message: `${word} is there twice` };
    if (option !== undefined && kind !== true) index += 1;
    const value = words[index];
    if (value === undefined) return { ok: false, message: `${word} needs a value` };
    given[parameter] = value;
  }
  // Every required name has its word, by the first check; the compiler can't follow the loop.
  return { ok: true, given: given as Given<R, O> };
}
