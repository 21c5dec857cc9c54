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
  /** Only so many seeds, since one takes minutes. */
  readonly maxSeeds?: number;
}

const equal = (peers: number): NamedScenario => ({
  name: `equal-${peers}`,
  says: `${peers.toLocaleString('en')} equal peers, all at once`,
  scenario: { ...plain, peers },
  wanted: 1.1 * (1 + Math.log2(peers) / plain.pieces),
});

/** 256 MiB in pieces of another length. */
const cut = (says: string, pieceBytes: number): NamedScenario => ({
  name: `pieces-${says}`.replace(' ', ''),
  says: `20 peers, 256 MiB in pieces of ${says}`,
  scenario: { ...plain, peers: 20, pieceBytes, pieces: 2 ** 28 / pieceBytes },
  wanted: undefined,
});

const chosen = (peers: number): NamedScenario => ({
  name: `downloader-chooses-${peers}`,
  says: `${peers} equal peers, the downloader chooses, rarest first`,
  scenario: { ...plain, peers, chooser: 'downloader' },
  wanted: undefined,
});

const away = (wayMs: number): NamedScenario => ({
  name: `way-${wayMs}`,
  says: `100 equal peers, ${wayMs} ms from host to host`,
  scenario: { ...plain, wayMs },
  wanted: undefined,
});

/** Slow enough that it takes minutes. */
const CHURNED_UPLOAD = 250_000;

export const scenarios: readonly NamedScenario[] = [
  equal(10),
  equal(30),
  equal(100),
  equal(300),
  { ...equal(1_000), maxSeeds: 20 },
  { ...equal(5_000), maxSeeds: 1, wanted: undefined },
  {
    name: 'half-slow',
    says: '100 peers, half of them with a tenth of the upload',
    scenario: { ...plain, slowPart: 0.5 },
    wanted: 1.25,
  },
  {
    name: 'narrow-downloads',
    says: '100 equal peers, downloads as narrow as uploads',
    scenario: { ...plain, download: plain.upload },
    wanted: undefined,
  },
  {
    name: 'one-by-one',
    says: '100 equal peers, coming one by one within 30 s; each from its coming',
    scenario: { ...plain, arrivalMs: 30_000 },
    wanted: undefined,
  },
  {
    name: 'churn',
    says: '100 peers at 2 Mbit/s, 20 % leaving and as many coming every minute for 8 minutes',
    scenario: { ...plain, upload: CHURNED_UPLOAD, churn: 0.2, churnMs: 480_000 },
    wanted: undefined,
  },
  {
    name: 'liars',
    says: '100 equal peers, and 11 liars',
    scenario: { ...plain, liarPart: 0.11 },
    wanted: undefined,
    beside: { name: 'equal-100', atMost: 1.15 },
  },
  away(5),
  away(50),
  away(200),
  chosen(10),
  chosen(100),
  cut('256 KiB', 2 ** 18),
  cut('1 MiB', 2 ** 20),
  cut('4 MiB', 2 ** 22),
];

/** Small enough for every push. */
export const tiny: readonly NamedScenario[] = scenarios.filter(({ scenario, maxSeeds, name }) => {
  return maxSeeds === undefined && scenario.peers * scenario.pieces <= 30_000 && !name.startsWith('downloader');
});

export function scenarioOf(name: string): NamedScenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no swarm ${name}: ${scenarios.map((one) => one.name).join(', ')}`);
  return found;
}
