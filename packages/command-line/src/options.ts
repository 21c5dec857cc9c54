/** The words behind a program's name, cut into options and the rest. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Words that a program cannot be started with; the message is one line for a person. */
export class BadArgument extends Error {}

type OptionTypes = NonNullable<ParseArgsConfig['options']>;
type SplitWords<O extends OptionTypes> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>;

/**
 * Options and positional words of `argv`, without the `--` that pnpm hands on in front of them.
 *
 * @throws {BadArgument} for an option that is not in `options`, or one that lacks its value
 */
export function splitOptions<const O extends OptionTypes>(argv: readonly string[], options: O): SplitWords<O> {
  const args = withoutLeadingDashes(argv);
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof Error) || !code.startsWith('ERR_PARSE_ARGS_')) throw error;
    // The first sentence says what is wrong; the rest advises on options that the program doesn't have.
    throw new BadArgument(error.message.split(/\.?\n|\. /)[0] ?? error.message);
  }
}

function withoutLeadingDashes(argv: readonly string[]): string[] {
  const first = argv.findIndex((word) => word !== '--');
  return first < 0 ? [] : argv.slice(first);
}
