/** A swarm from a seed: who is there, at what time, with what lines; and how it ends. */
import {
  Bitfield,
  createDownload,
  type Download,
  type DownloadOptions,
  geometryOf,
  type PieceGeometry,
} from '@p2p/swarm';
import { Agenda } from '../agenda.js';
import { Dice } from '../dice.js';
import { Audit } from './audit.js';
import { ChoosingDownload } from './chooser.js';
import { Downloading } from './downloading.js';
import { Host } from './host.js';
import { Liar } from './liar.js';
import { Link } from './link.js';
import { type Character, Member } from './member.js';
import { Neighbours } from './neighbours.js';
import { Network } from './network.js';
import { Serving } from './serving.js';
import { Tracker } from './tracker.js';

const MAX_ACTIONS = 1_000_000_000;
const HELLO_BYTES = 1_500;

export interface WorldOptions {
  readonly seed: number;
  readonly pieces: number;
  readonly pieceBytes: number;
  /** One way between two hosts, ms, on average; each host is between half and one and a half times its part away. */
  readonly wayMs: number;
  readonly maxLinks: number;
  readonly chooser: 'uploader' | 'downloader';
}

const chooseDownload = (options: DownloadOptions): Download => new ChoosingDownload(options);

export interface Rates {
  readonly upload: number;
  readonly download: number;
}

export class World {
  readonly options: WorldOptions;
  readonly agenda = new Agenda(0, MAX_ACTIONS);
  readonly dice: Dice;
  readonly network = new Network(this.agenda);
  readonly tracker = new Tracker(this.agenda);
  readonly audit: Audit;
  readonly geometry: PieceGeometry;
  readonly members: Member[] = [];
  /** Downloads that are under way, of members who are there. */
  unfinished = 0;
  bans = 0;
  #lanes = 0;

  constructor(options: WorldOptions) {
    this.options = options;
    this.dice = new Dice(options.seed);
    this.audit = new Audit(options.pieces);
    this.geometry = geometryOf(options.pieces * options.pieceBytes, options.pieceBytes);
  }

  join(character: Character, rates: Rates): Member {
    const index = this.members.length;
    const distanceMs = (this.options.wayMs / 2) * (0.5 + this.dice.next());
    const kind = character === 'honest' || character === 'seeder' ? character : `liar-${character}`;
    const host = new Host(`${kind}-${index}`, { ...rates, distanceMs });
    const member = new Member({ index, host, character, joinedMs: this.agenda.now });
    this.members.push(member);
    if (character === 'honest') this.#beginDownload(member);
    else if (character === 'seeder') member.serving = this.#serve(Bitfield.full(this.geometry.pieceCount));
    else member.serving = new Liar({ dice: this.dice, pieceBytes: this.options.pieceBytes, character });
    this.tracker.announce(member);
    return member;
  }

  /** Gone for good. */
  leave(member: Member): void {
    if (member.download !== undefined && member.finishedMs === undefined) this.unfinished -= 1;
    member.host.isGone = true;
    this.tracker.leave(member);
    member.download?.end();
    member.neighbours?.end();
    for (const link of [...member.links]) member.hangUp(link);
  }

  #serve(pieces: Bitfield | Member): Serving {
    const { agenda, geometry, audit, dice } = this;
    const held = pieces instanceof Member ? pieces.download?.core.verified : pieces;
    if (held === undefined) throw new Error('a member without a download serves nothing');
    return new Serving({ agenda, geometry, pieces: held, random: () => dice.next(), audit });
  }

  #beginDownload(member: Member): void {
    const { agenda, dice, tracker, geometry, options } = this;
    const makeDownload = options.chooser === 'uploader' ? createDownload : chooseDownload;
    const core = makeDownload({ geometry, nowMs: agenda.now, random: () => dice.next() });
    member.download = new Downloading({
      agenda,
      download: core,
      pieceBytes: options.pieceBytes,
      firstTickMs: dice.below(250),
      clockMs: dice.below(1_000_000_000),
      handlers: {
        have: (piece) => (member.serving as Serving).gain(piece),
        complete: () => this.#finish(member),
        ban: (link) => {
          this.bans += 1;
          member.neighbours?.ban(link);
        },
      },
    });
    member.serving = this.#serve(member);
    member.neighbours = new Neighbours({
      agenda,
      dice,
      tracker,
      member,
      maxLinks: options.maxLinks,
      dial: (server, done) => this.#dial({ downloader: member, server }, done),
    });
    this.unfinished += 1;
    tracker.subscribe(member);
  }

  #finish(member: Member): void {
    member.finishedMs = this.agenda.now;
    member.isComplete = true;
    this.unfinished -= 1;
    this.audit.finished(member);
    member.download?.end();
    member.neighbours?.end();
    this.tracker.unsubscribe(member);
  }

  /** TCP and TLS take a round trip each, and so does the hello. */
  #dial(ends: { downloader: Member; server: Member }, done: (link: Link | undefined) => void): void {
    const { agenda, network } = this;
    const { downloader, server } = ends;
    const up = { from: downloader.host, to: server.host };
    const down = { from: server.host, to: downloader.host };
    const wayMs = network.distanceMs(up);
    agenda.after(4 * wayMs, () => {
      if (downloader.host.isGone) return;
      if (server.host.isGone) return done(undefined);
      network.tell(up, HELLO_BYTES, () => {
        const link = new Link(network, this.#lanes++, ends);
        const pieces = downloader.host.isGone || server.host.isGone ? undefined : server.serving.accept(link);
        if (pieces === undefined) return network.tell(down, 0, () => done(undefined));
        server.links.add(link);
        network.tell(down, 0, () => {
          if (downloader.host.isGone) return link.close(downloader.host);
          downloader.links.add(link);
          if (link.isOpen) done(link);
          else done(undefined);
        });
        link.greet(pieces);
      });
    });
  }
}
