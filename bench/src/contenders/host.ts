/** Where a program runs, and at which address it is reached there. */
export interface Host {
  readonly address: string;
  /** What to put in front of a command so that it runs here. */
  readonly entrance: readonly string[];
  /** The port to use here instead of the usual one: hosts may share an address. The same whenever it is asked. */
  port(usual: number): number;
}

/** The command that runs this one on a host. */
export function commandOn(
  { entrance }: Host,
  command: readonly [program: string, ...words: string[]],
): [program: string, ...words: string[]] {
  const [first, ...rest] = entrance;
  return first === undefined ? [...command] : [first, ...rest, ...command];
}
