/** The swarms that are run, each with what is wanted of it. */
import { plain, type SwarmScenario } from './scenario.js';

export interface NamedScenario {
  readonly name: string;
  /** For the table. */
  readonly says: string;
  readonly scenario: SwarmScenario;
  /** Most that the mean of the seeds may take, by the bound; undefined where nothing was wanted. */
  readonly wanted: number | undefined;
  /** The scenario that this one is compared with, and how much longer it may take. */
  readonly beside?: { readonly name: string; readonly atMost: number };
  /** Only so many seeds, since one takes a while. */
  readonly maxSeeds?: number;
}

const equal = (peers: number): NamedScenario => ({
  name: `equal-${peers}`,
  says: `${peers.toLocaleString('en')} equal peers, all at once`,
  scenario: { ...plain, peers },
  wanted: 1.1 * (1 + Math.log2(peers) / plain.pieces),
});

/** Of the swarms that differ in something else. */
const some = { ...plain, peers: 50 };
const SAME = 'equal-50';

/** 256 MiB in pieces of another length. */
const cut = (says: string, pieceBytes: number): NamedScenario => ({
  name: `pieces-${says}`.replace(' ', ''),
  says: `20 peers, 256 MiB in pieces of ${says}`,
  scenario: { ...plain, peers: 20, pieceBytes, pieces: 2 ** 28 / pieceBytes },
  wanted: undefined,
  maxSeeds: 5,
});

const chosen = (peers: number): NamedScenario => ({
  name: `downloader-chooses-${peers}`,
  says: `${peers} equal peers, the downloader chooses, rarest first`,
  scenario: { ...plain, peers, chooser: 'downloader' },
  wanted: undefined,
  maxSeeds: 5,
});

const away = (wayMs: number): NamedScenario => ({
  name: `way-${wayMs}`,
  says: `50 equal peers, ${wayMs} ms from host to host`,
  scenario: { ...some, wayMs },
  wanted: undefined,
  maxSeeds: 5,
});

/** Slow enough that it takes minutes. */
const CHURNED_UPLOAD = 250_000;

export const scenarios: readonly NamedScenario[] = [
  equal(10),
  equal(50),
  equal(100),
  equal(300),
  equal(1_000),
  { ...equal(5_000), maxSeeds: 1, wanted: undefined },
  {
    name: 'half-slow',
    says: '50 peers, half of them with a tenth of the upload',
    scenario: { ...some, slowPart: 0.5 },
    wanted: 1.25,
  },
  {
    name: 'narrow-downloads',
    says: '50 equal peers, downloads as narrow as uploads',
    scenario: { ...some, download: plain.upload },
    wanted: undefined,
    maxSeeds: 5,
  },
  {
    name: 'one-by-one',
    says: '50 equal peers, coming one by one within 30 s; each from its coming',
    scenario: { ...some, arrivalMs: 30_000 },
    wanted: undefined,
    maxSeeds: 5,
  },
  {
    name: 'churn',
    says: '50 peers at 2 Mbit/s, 20 % leaving and as many coming every minute for 8 minutes',
    scenario: { ...some, upload: CHURNED_UPLOAD, churn: 0.2, churnMs: 480_000 },
    wanted: undefined,
    maxSeeds: 5,
  },
  {
    name: 'liars',
    says: '50 equal peers, and 6 liars',
    scenario: { ...some, liarPart: 0.12 },
    wanted: undefined,
    beside: { name: SAME, atMost: 1.15 },
  },
  away(5),
  away(50),
  away(200),
  chosen(10),
  chosen(50),
  cut('256 KiB', 2 ** 18),
  cut('1 MiB', 2 ** 20),
  cut('4 MiB', 2 ** 22),
];

/** For every push: small swarms of every kind, a second or two each. */
export const tiny: readonly NamedScenario[] = scenarios
  .filter(({ name }) => ['equal-10', 'half-slow', 'narrow-downloads', 'churn', 'liars', 'way-200'].includes(name))
  .map(({ scenario, wanted: _, beside: __, ...named }) => ({
    ...named,
    name: `tiny-${named.name}`,
    says: `tiny: ${named.name}`,
    scenario: { ...scenario, peers: 10, pieces: 64, churnMs: scenario.churnMs / 4 },
    wanted: undefined,
  }));

export function scenarioOf(name: string): NamedScenario {
  const all = [...scenarios, ...tiny];
  const found = all.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no swarm ${name}: ${all.map((one) => one.name).join(', ')}`);
  return found;
}
