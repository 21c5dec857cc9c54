/** What came of the seeds of a swarm, held against what was wanted; and the row of the table that says so. */
import type { Outcome } from './scenario.js';
import type { NamedScenario } from './scenarios.js';

export interface SwarmSummary {
  readonly named: NamedScenario;
  readonly seeds: number;
  /** Time until the last one has everything, by the bound: the mean and the worst of the seeds. */
  readonly ratio: number;
  readonly worst: number;
  readonly boundS: number;
  readonly copies: number;
  readonly received: number;
  readonly messages: number;
  readonly actions: number;
  readonly cpuMs: number;
}

export function summaryOf(named: NamedScenario, outcomes: readonly Outcome[]): SwarmSummary {
  const mean = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  return {
    named,
    seeds: outcomes.length,
    ratio: mean(({ lastMs, boundMs }) => lastMs / boundMs),
    worst: Math.max(...outcomes.map(({ lastMs, boundMs }) => lastMs / boundMs)),
    boundS: mean(({ boundMs }) => boundMs) / 1_000,
    copies: mean(({ copies }) => copies),
    received: mean(({ received }) => received),
    messages: mean(({ messagesPerPiece }) => messagesPerPiece),
    actions: mean(({ actions, members }) => actions / members),
    cpuMs: mean(({ cpuMsPerPeer }) => cpuMsPerPeer),
  };
}

/** Undefined where it is as was wanted. */
export function shortfallOf(summary: SwarmSummary, all: readonly SwarmSummary[]): string | undefined {
  const { named, ratio } = summary;
  if (named.wanted !== undefined && ratio > named.wanted) {
    return `${named.name}: ${ratio.toFixed(3)} of the bound, at most ${named.wanted.toFixed(3)} was wanted`;
  }
  const base = all.find(({ named: other }) => other.name === named.beside?.name);
  if (named.beside === undefined || base === undefined) return undefined;
  const growth = ratio / base.ratio;
  if (growth <= named.beside.atMost) return undefined;
  return `${named.name}: ${growth.toFixed(3)} times ${named.beside.name}, at most ${named.beside.atMost} was wanted`;
}

const columns = [
  'Swarm',
  'seeds',
  'bound',
  '× bound, mean',
  'worst',
  'wanted',
  'copies sent by the seeder',
  'received, by the size',
  'messages for a piece',
  'CPU for a peer',
];

export function tableOf(summaries: readonly SwarmSummary[]): string[] {
  return [row(columns), row(columns.map(() => '---')), ...summaries.map((summary) => row(cellsOf(summary, summaries)))];
}

function cellsOf(summary: SwarmSummary, all: readonly SwarmSummary[]): string[] {
  const { named, seeds, boundS, ratio, worst, copies, received, messages, cpuMs } = summary;
  const base = all.find(({ named: other }) => other.name === named.beside?.name);
  const beside = base === undefined ? undefined : base.ratio * (named.beside?.atMost ?? 1);
  const wanted = named.wanted ?? beside;
  return [
    named.says,
    String(seeds),
    `${boundS.toFixed(1)} s`,
    ratio.toFixed(3),
    worst.toFixed(3),
    wanted === undefined ? '' : wanted.toFixed(3),
    copies.toFixed(2),
    received.toFixed(3),
    messages.toFixed(1),
    `${cpuMs.toFixed(0)} ms`,
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
