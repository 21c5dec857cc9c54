/** Who fetches what, and who comes and goes meanwhile. */

export interface Scenario {
  /** In front of its figures. */
  readonly name: string;
  readonly bytes: number;
  /** All start at once, but for a late one. */
  readonly downloaders: number;
  /** Every host's upload, bits a second, headers included. */
  readonly uploadRate: number;
  readonly rounds: number;
  /** When the last downloader comes and the first one is killed, as shares of the time it would take without that. */
  readonly lateAt: number | undefined;
  readonly leavesAt: number | undefined;
}

const MIB = 2 ** 20;
const MEGABIT = 1_000_000;

const steady = { lateAt: undefined, leavesAt: undefined };

/** As measured, and so small that it takes seconds. */
export const scenarios: { readonly full: readonly Scenario[]; readonly tiny: readonly Scenario[] } = {
  full: [
    { name: '32 MiB to 4', bytes: 32 * MIB, downloaders: 4, uploadRate: 20 * MEGABIT, rounds: 5, ...steady },
    {
      name: '128 MiB to 8, one late, one killed',
      bytes: 128 * MIB,
      downloaders: 8,
      uploadRate: 20 * MEGABIT,
      rounds: 3,
      lateAt: 1 / 4,
      leavesAt: 1 / 2,
    },
  ],
  tiny: [{ name: '2 MiB to 2', bytes: 2 * MIB, downloaders: 2, uploadRate: 80 * MEGABIT, rounds: 1, ...steady }],
};
