/**
 * A file from one host to several with shaped uploads, by whole programs: how near they come to what the links allow,
 * and how many copies the seeder has to send for it.
 */
import type { Benchmark, BenchmarkOptions } from '../benchmark.js';
import type { Contender } from '../contenders/contender.js';
import { ownClients } from '../contenders/own-clients.js';
import { findRivals } from '../contenders/rivals/installed.js';
import { TooLateError } from '../contenders/within.js';
import { atLeast, type Figure } from '../report/figures.js';
import { boundOf } from './bound.js';
import { measureLink } from './link/measure-link.js';
import { ShapedNetwork, whyNoNetwork } from './network/shaped-network.js';
import { figuresOf, lineOf, type Outcome } from './outcome.js';
import { playRound, type Stage } from './round.js';
import { type Scenario, scenarios } from './scenario.js';

const MIB = 2 ** 20;
/** Enough for the beginning of a connection not to count. */
const CALIBRATION_BYTES = 8 * MIB;
const BITS_PER_BYTE = 8;

export const swarm: Benchmark = {
  about: 'a file from one host to several with shaped uploads, against what the links allow',
  lacks: whyNoNetwork,
  run: async (options) => {
    const { there, absent } = options.rivals ? findRivals() : { there: [], absent: [] };
    const figures: Figure[] = [];
    for (const scenario of chosen(options)) {
      figures.push(...(await measure(scenario, [ownClients, ...there], options)));
    }
    return [...figures, ...absent.map((name) => ({ what: `rounds of ${name}, not installed`, value: 0, unit: '' }))];
  },
};

/** Throws where there is nothing of the name that `only` gives. */
function chosen({ tiny, only }: BenchmarkOptions): readonly Scenario[] {
  const all = tiny ? scenarios.tiny : scenarios.full;
  const found = all.filter(({ name }) => only === undefined || name === only);
  if (found.length === 0) throw new RangeError(`there is no "${only}", but ${all.map(({ name }) => name).join('; ')}`);
  return found;
}

async function measure(
  scenario: Scenario,
  contenders: readonly Contender[],
  { say }: BenchmarkOptions,
): Promise<Figure[]> {
  const network = ShapedNetwork.build();
  try {
    const stage = await prepare(network, scenario);
    const bound = boundOf(scenario, stage.link.payloadRate);
    say(`${scenario.name}: the bound is ${bound.toFixed(2)} s`);
    const outcomes = new Map<Contender, Outcome[]>(contenders.map((contender) => [contender, []]));
    for (let round = 1; round <= scenario.rounds; round++) {
      // One after the other in each round, so that a machine that is busy for a while is so for all of them.
      for (const contender of contenders) {
        const outcome = await playRound(contender, { scenario, stage }, round).catch((error) =>
          whereNotOurs(contender, error),
        );
        if (outcome !== undefined) outcomes.get(contender)?.push(outcome);
        const line = outcome === undefined ? 'not all had the file in the end' : lineOf(outcome, bound);
        say(`round ${round} of ${scenario.rounds}, ${contender.name}: ${line}`);
      }
    }
    const linkShare = (stage.link.payloadRate * BITS_PER_BYTE) / scenario.uploadRate;
    return [
      // Less than this, and the machine was too busy to measure anything on it.
      { what: `${scenario.name}: payload of one link / its rate`, value: linkShare, unit: '', wanted: atLeast(0.9) },
      { what: `${scenario.name}: the bound`, value: bound, unit: 's' },
      ...[...outcomes].flatMap(([contender, of]) => figuresOf(of, { contender, scenario, bound })),
    ];
  } finally {
    network.remove();
  }
}

/** A rival that doesn't come to an end has no time in this round; ours has to. */
function whereNotOurs(contender: Contender, error: unknown): undefined {
  if (contender === ownClients || !(error instanceof TooLateError)) throw error;
}

async function prepare(network: ShapedNetwork, scenario: Scenario): Promise<Stage> {
  const office = network.addHost('office');
  const seeder = network.addHost('seeder', scenario.uploadRate);
  const downloaders = Array.from({ length: scenario.downloaders }, (_, index) =>
    network.addHost(`downloader${index}`, scenario.uploadRate),
  );
  const bytes = Math.min(scenario.bytes, CALIBRATION_BYTES);
  const link = await measureLink(seeder, downloaders[0] as (typeof downloaders)[0], bytes);
  return { office, seeder, downloaders, link };
}
