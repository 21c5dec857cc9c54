/** What a swarm is made of, and one run of it: from a seed to figures, or to what it has broken. */
import { MAX_LINKS_PER_DOWNLOAD } from '@p2p/protocol';
import type { Character, Member } from './member.js';
import { type Rates, World } from './world.js';

/** 20 Mbit/s. */
const UPLOAD = 2_500_000;
const PIECE_BYTES = 256 * 1024;
/** Wide enough never to matter. */
const WIDE = 1e12;
const LIES = ['wrong', 'mute', 'staller'] as const satisfies readonly Character[];
/** How many times the bound it may take before it counts as stuck. */
const PATIENCE = 12;
const SLICE_MS = 500;

export interface SwarmScenario {
  /** Honest downloaders that come at the start. */
  readonly peers: number;
  readonly pieces: number;
  readonly pieceBytes: number;
  /** Of the seeder and of every ordinary peer; bytes per second. */
  readonly upload: number;
  readonly download: number;
  /** Part of the peers that have a tenth of the upload. */
  readonly slowPart: number;
  /** From host to host one way, on average, ms. */
  readonly wayMs: number;
  /** Within how long they come, ms; 0: all at once. */
  readonly arrivalMs: number;
  /** Liars for every honest peer. */
  readonly liarPart: number;
  /** Part of the peers that leaves every minute; as many come with nothing. */
  readonly churn: number;
  readonly churnMs: number;
  readonly maxLinks: number;
  /** Whether uploaders choose from all that is offered, or downloaders name piece by piece. */
  readonly chooser: 'uploader' | 'downloader';
}

export const plain: SwarmScenario = {
  peers: 100,
  pieces: 256,
  pieceBytes: PIECE_BYTES,
  upload: UPLOAD,
  download: WIDE,
  slowPart: 0,
  wayMs: 25,
  arrivalMs: 0,
  liarPart: 0,
  churn: 0,
  churnMs: 0,
  maxLinks: MAX_LINKS_PER_DOWNLOAD,
  chooser: 'uploader',
};

export interface Outcome {
  readonly seed: number;
  /** The bound and the time until the last one has everything, ms. */
  readonly boundMs: number;
  readonly lastMs: number;
  readonly meanMs: number;
  /** What the seeder sent, and what was received by a downloader on average, by the size of the file. */
  readonly copies: number;
  readonly received: number;
  /** How busy the seeder was until its bound. */
  readonly seederBusy: number;
  readonly messagesPerPiece: number;
  readonly actions: number;
  /** Of the processor, for one downloader. */
  readonly cpuMsPerPeer: number;
  readonly bans: number;
  readonly members: number;
}

/** No swarm can be faster, whatever it does (Kumar and Ross, "Peer-Assisted File Distribution", 2006). */
export function fluidBoundMs({ peers, pieces, pieceBytes, upload, download, slowPart }: SwarmScenario): number {
  const bytes = pieces * pieceBytes;
  const slow = Math.floor(peers * slowPart);
  const uploads = upload * (1 + peers - slow + slow / 10);
  return 1_000 * Math.max(bytes / upload, bytes / download, (peers * bytes) / uploads);
}

/** Throws what it has broken. */
export function runSwarm(scenario: SwarmScenario, seed: number): Outcome {
  const before = process.cpuUsage();
  const { pieces, pieceBytes, wayMs, maxLinks, chooser } = scenario;
  const world = new World({ seed, pieces, pieceBytes, wayMs, maxLinks, chooser });
  const boundMs = fluidBoundMs(scenario);
  const seeder = world.join('seeder', ratesOf(scenario, false));
  for (let liar = 0; liar < scenario.peers * scenario.liarPart; liar++) {
    world.join(LIES[liar % LIES.length] as Character, ratesOf(scenario, false));
  }
  arrive(world, scenario);
  keepChanging(world, scenario);
  const untilMs = scenario.arrivalMs + scenario.churnMs + PATIENCE * boundMs;
  do {
    world.agenda.runUntil(world.agenda.now + SLICE_MS);
    if (world.agenda.now > untilMs) throw new Error(`stuck: ${world.unfinished} have not finished`);
  } while (world.unfinished > 0 || world.agenda.now <= scenario.arrivalMs + scenario.churnMs);
  return outcomeOf({ world, seeder, scenario, boundMs, cpuUs: cpuSince(before), seed });
}

function ratesOf({ upload, download }: SwarmScenario, isSlow: boolean): Rates {
  return { upload: isSlow ? upload / 10 : upload, download };
}

function arrive(world: World, scenario: SwarmScenario): void {
  const { peers, slowPart, arrivalMs } = scenario;
  const slow = Math.floor(peers * slowPart);
  for (let peer = 0; peer < peers; peer++) {
    // Spread among the others, so that slow ones don't come last.
    const isSlow = Math.floor(((peer + 1) * slow) / peers) > Math.floor((peer * slow) / peers);
    const join = () => void world.join('honest', ratesOf(scenario, isSlow));
    if (arrivalMs === 0) join();
    else world.agenda.after((arrivalMs * peer) / peers, join);
  }
}

/** One leaves, and another one comes, at random moments. The seeder stays. */
function keepChanging(world: World, scenario: SwarmScenario): void {
  const { peers, churn, churnMs } = scenario;
  const changes = Math.round((peers * churn * churnMs) / 60_000);
  for (let change = 0; change < changes; change++) {
    world.agenda.after(world.dice.next() * churnMs, () => {
      const there = world.members.filter(({ character, host }) => character === 'honest' && !host.isGone);
      world.leave(world.dice.pick(there));
      world.join('honest', ratesOf(scenario, false));
    });
  }
}

interface Ended {
  readonly world: World;
  readonly seeder: Member;
  readonly scenario: SwarmScenario;
  readonly boundMs: number;
  readonly cpuUs: number;
  readonly seed: number;
}

function outcomeOf({ world, seeder, scenario, boundMs, cpuUs, seed }: Ended): Outcome {
  const stayed = world.members.filter(({ finishedMs, host }) => finishedMs !== undefined && !host.isGone);
  const times = stayed.map(({ finishedMs = 0, joinedMs }) => finishedMs - joinedMs);
  const bytes = scenario.pieces * scenario.pieceBytes;
  const received = stayed.reduce((sum, { download }) => sum + (download?.receivedBytes ?? 0), 0);
  const transfers = stayed.length * scenario.pieces;
  return {
    seed,
    boundMs,
    lastMs: Math.max(...times),
    meanMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    copies: world.audit.copies / scenario.pieces,
    received: received / bytes / stayed.length,
    seederBusy: seeder.host.sendingMs(Math.min(boundMs, world.agenda.now)) / Math.min(boundMs, world.agenda.now),
    messagesPerPiece: world.network.messages / transfers,
    actions: world.agenda.performed,
    cpuMsPerPeer: cpuUs / 1_000 / stayed.length,
    bans: world.bans,
    members: stayed.length,
  };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
