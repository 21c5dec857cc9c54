/** The words behind a program's name, cut into options and the rest. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Words that a program cannot be started with; the message is one line for a person. */
export class BadArgument extends Error {}

export type ParsedArguments<A> =
  | { readonly kind: 'run'; readonly arguments: A }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** `message` is one line. */
  | { readonly kind: 'error'; readonly message: string };

/** What `read` comes to; a {@link BadArgument} that it throws becomes a value, so that each of its rules is one line. */
export function parsedBy<A>(read: () => ParsedArguments<A>): ParsedArguments<A> {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadArgument) return { kind: 'error', message: error.message };
    throw error;
  }
}

type OptionTypes = NonNullable<ParseArgsConfig['options']>;
type SplitWords<O extends OptionTypes> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>;

/**
 * Options and positional words of `argv`, without the `--` that pnpm hands on in front of them.
 *
 * @throws {BadArgument} for an option that is not in `options`, or one that lacks its value; ends with `usageLine`, so
 *   that who mistypes an option is shown which there are
 */
export function splitOptions<const O extends OptionTypes>(
  argv: readonly string[],
  options: O,
  usageLine: string,
): SplitWords<O> {
  const args = withoutLeadingDashes(argv);
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof Error) || !code.startsWith('ERR_PARSE_ARGS_')) throw error;
    // The first sentence says what is wrong; the rest advises on options that the program doesn't have.
    const [fault = error.message] = error.message.split(/\.?\n|\. /);
    throw new BadArgument(`${fault} – ${usageLine}`);
  }
}

function withoutLeadingDashes(argv: readonly string[]): string[] {
  const first = argv.findIndex((word) => word !== '--');
  return first < 0 ? [] : argv.slice(first);
}
