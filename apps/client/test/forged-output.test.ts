/** Whatever a tracker, a peer or a file says, nothing of it is obeyed by the terminal that shows it. */
import { PassThrough } from 'node:stream';
import type { Peer, PeerEvent } from '@p2p/peer';
import { refusal } from '@p2p/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commands } from '../src/commands/index.js';
import { JsonOutput } from '../src/json-output.js';
import { isRemembered, runPrompt, tellPerson } from '../src/prompt.js';
import { Session } from '../src/session.js';
import { Terminal } from '../src/terminal.js';
import { TextOutput } from '../src/text-output.js';
import { download, memoryPeer } from './memory-peer.js';
import { Screen } from './screen.js';

/** Clears the screen, sets a title, returns to the line's beginning, turns direction, and says something of its own. */
const FORGED = 'x\u001b[2J\u009b31m\u001b]0;y\u0007\r\n\u2028\u2029\b\u202e\u2066\u200fp2p> ok\ud800';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c]|\p{Cs}/u;

const forgedDownload = download({
  group: FORGED,
  file: FORGED,
  path: FORGED,
  root: FORGED,
  error: { code: 'internal', message: FORGED },
});

/** What any command's result may hold, all at once. */
const forgedResult = {
  user: FORGED,
  group: FORGED,
  file: FORGED,
  renamedFrom: FORGED,
  device: FORGED,
  root: FORGED,
  path: FORGED,
  bytes: 1,
  tracker: 1,
  replicated: false,
  groups: [{ group: FORGED, owners: [FORGED, FORGED], members: 1, member: true, requested: false }],
  devices: [{ device: FORGED, name: FORGED, lastSeen: FORGED, current: true }],
  members: [{ user: FORGED, owner: true, online: true }],
  requests: [{ user: FORGED }],
  files: [{ file: FORGED, bytes: 1, root: FORGED, sharers: 1, by: FORGED }],
  downloads: (['queued', 'downloading', 'paused', 'complete', 'failed'] as const).map((state) => ({
    ...forgedDownload,
    state,
  })),
  trackers: [
    { number: 1, address: FORGED, reachable: true, current: true, linked: [1], operations: 1, digest: FORGED },
  ],
  conflicts: [{ kind: 'file', from: FORGED, to: FORGED, at: FORGED, group: FORGED }],
  complete: 1,
  failed: 1,
  up: 1,
  down: 1,
};

/** What it would be of a download of which everything is forged. */
const forgedExplanation = {
  ...forgedResult,
  state: 'downloading',
  missing: [{ first: 1, last: 2, lastHad: FORGED }],
  peers: (['connected', 'waiting', 'banned'] as const).map((phase) => ({
    device: FORGED,
    phase,
    trouble: FORGED,
    retryInMs: 1,
    pieces: 1,
    bytesPerSecond: 1,
    roundTripMs: 1,
    outstandingBytes: 1,
    stalls: 1,
    bytes: 1,
  })),
  tracker: { number: 1, agoMs: 1 },
};

/** A peer that answers everything alike. */
function peerAnswering(answer: object): Peer {
  const { address, onEvent } = memoryPeer();
  return new Proxy({ address, onEvent } as Peer, {
    get: (target, name) => Reflect.get(target, name) ?? (() => answer),
  });
}

const forgedEvents: readonly PeerEvent[] = [
  { event: 'notice', message: FORGED },
  { event: 'hashing', path: `/here/${FORGED}`, done: 1, bytes: 2 },
  ...(['queued', 'downloading', 'complete', 'failed'] as const).map((state) => ({
    event: 'download' as const,
    ...forgedDownload,
    state,
    file: `${FORGED}${state}`,
  })),
];

/** A word that a command takes for `<placeholder>`. */
function fittingWord(placeholder: string): string {
  const [choice, ...others] = placeholder.slice(1, -1).split('|');
  return others.length > 0 ? (choice ?? '') : '1';
}

/** Text that is written in whole lines. */
class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

describe('what others say', () => {
  it.each([...commands.values()].map((command) => [command.name, command] as const))(
    'is shown, and not obeyed, in what %s prints',
    async (name, command) => {
      const words = command.usage.match(/<[^>]+>/g)?.map(fittingWord) ?? [];
      const session = new Session(
        peerAnswering({ ok: true, result: name === 'explain' ? forgedExplanation : forgedResult }),
        { directory: '/', home: '/' },
        fail,
      );
      const outcome = await session.run(name, words);
      if (!outcome.ok) throw new Error(outcome.message);
      const text = outcome.text();
      expect(text).not.toMatch(obeyed);
      const rows = { show_downloads: 5, help: commands.size, explain: 2 + 4 + 1 }[name] ?? 2;
      expect(text.split('\n').length).toBeLessThanOrEqual(rows);
    },
  );

  it('is shown, and not obeyed, in refusals and events of a script', () => {
    const [stdout, stderr] = [new Sink(), new Sink()];
    const outputs = [new TextOutput(stdout, stderr, () => 0), new JsonOutput(new Sink(), stderr, () => 0)];
    outputs[0]?.answer(FORGED, refusal('internal', FORGED));
    for (const output of outputs) for (const event of forgedEvents) output.event(event);
    expect(stdout.text).toBe('');
    expect(stderr.text).not.toMatch(obeyed);
    // The refusal, the notice and two ends of downloads; in JSON the notice alone.
    expect(stderr.text.split('\n')).toHaveLength(5 + 1);
  });

  it('is shown, and not obeyed, at a prompt', async () => {
    const peer = memoryPeer({
      createGroup: async () => refusal('internal', FORGED),
      showDownloads: () => ({ ok: true, result: { downloads: [forgedDownload] } }),
    });
    const input = new PassThrough();
    const screen = new Screen(2_000);
    const [written, stop] = [new Sink(), new AbortController()];
    const write = screen.write.bind(screen) as (chunk: string) => boolean;
    screen.write = ((chunk: string) => {
      written.write(String(chunk));
      return write(chunk);
    }) as typeof screen.write;
    // A terminal that can't move its cursor is sent nothing that it obeys by the prompt itself.
    const options = { input, output: screen, canMoveCursor: false, isRemembered, interrupt: () => undefined };
    const terminal = new Terminal(options);
    onTestFinished(() => terminal.close());
    const session = new Session(peer, { directory: '/', home: '/' }, fail);
    void runPrompt({ terminal, session, colours: false, stop: stop.signal });
    peer.onEvent(tellPerson(terminal, peer, () => 0));
    for (const event of forgedEvents) peer.emit(event);
    input.write('create_group films\r');
    await screen.until((shown) => shown.text.split('\\u{202e}').length > 3);
    expect(written.text).not.toContain('\u001b[2J');
    expect(written.text).not.toContain('\u001b]0;y');
    expect(written.text).not.toMatch(/[\u0080-\u009f\u2028-\u202e\u2066-\u2069\u200f]/);
    stop.abort();
  });
});

function fail(error: unknown): never {
  throw error;
}
