/** What a subcommand comes to: one line, or a few where it has been done, and the exit code that goes with it. */
export interface SubcommandEnd {
  /** 0: done. 1: refused, or found faulty. 2: could not start. */
  readonly exitCode: 0 | 1 | 2;
  /** Empty where all has been said. */
  readonly line: string;
  /** What else there is to say, a line each. */
  readonly notes?: readonly string[];
  /** What a person should know besides, a line each; on standard error, so that a program reads the line alone. */
  readonly remarks?: readonly string[];
}

export const done = (line: string, notes: readonly string[] = []): SubcommandEnd => ({ exitCode: 0, line, notes });
export const refused = (line: string): SubcommandEnd => ({ exitCode: 1, line });
export const unusable = (line: string): SubcommandEnd => ({ exitCode: 2, line });
