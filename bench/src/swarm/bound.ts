/**
 * How fast a swarm can be at all: bytes as a fluid, no latency, nothing sent twice, every upload in use from the first
 * moment (Kumar and Ross, "Peer-assisted file distribution: the minimum distribution time", HotWeb 2006).
 */
import type { Scenario } from './scenario.js';

/** Seconds after the start at which the last downloader comes, and the first one leaves; undefined where none does. */
export interface Changes {
  readonly lateAt: number | undefined;
  readonly leavesAt: number | undefined;
}

/** When a scenario has somebody come or leave; shares of what it would take if all were there. */
export function changesOf(scenario: Scenario, uploadRate: number): Changes {
  const whole = boundOf({ ...scenario, lateAt: undefined, leavesAt: undefined }, uploadRate);
  const at = (share: number | undefined) => (share === undefined ? undefined : share * whole);
  return { lateAt: at(scenario.lateAt), leavesAt: at(scenario.leavesAt) };
}

/**
 * Seconds until all who stay have everything, if every upload is `uploadRate` (bytes a second) and downloads are not
 * held up: the seeder has to send every byte once, and all uploads together every byte once to each. With D downloaders
 * who stay from the first to the last moment this is max(F / u, D·F / (u + D·u)).
 */
export function boundOf(scenario: Scenario, uploadRate: number): number {
  const oneCopy = scenario.bytes / uploadRate;
  const changes =
    scenario.lateAt === undefined && scenario.leavesAt === undefined ? undefined : changesOf(scenario, uploadRate);
  const staying = scenario.downloaders - (changes?.leavesAt === undefined ? 0 : 1);
  // Uploads of those who stay, the seeder among them, until the end; less what the late one missed; and what the one
  // that leaves may have sent before.
  const missed = (changes?.lateAt ?? 0) - (changes?.leavesAt ?? 0);
  return Math.max(oneCopy, (staying * oneCopy + missed) / (1 + staying));
}
