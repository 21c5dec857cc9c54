import { PassThrough } from 'node:stream';
import type { Peer } from '@p2p/peer';
import { afterEach, describe, expect, it } from 'vitest';
import { isRemembered, runPrompt, tellPerson } from '../src/prompt.js';
import { Session } from '../src/session.js';
import { Terminal } from '../src/terminal.js';
import { download, memoryPeer } from './memory-peer.js';
import { Screen } from './screen.js';

const UP = '\u001b[A';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const PASSWORD = 'long enough';

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function start(methods: Partial<Peer> = {}, columns = 80, canMoveCursor = true) {
  const peer = memoryPeer(methods);
  const input = new PassThrough();
  const screen = new Screen(columns);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  const terminal = new Terminal({ input, output: screen, canMoveCursor, isRemembered, interrupt });
  open.push(terminal);
  const clock = { ms: 0 };
  peer.onEvent(tellPerson(terminal, peer, () => clock.ms));
  const session = new Session(peer, { directory: '/here', home: '/home/ann' }, () => undefined);
  const left = runPrompt({ terminal, session, colours: false, stop: stop.signal });
  /** Types, and waits until what is typed is answered by what `shown` says. */
  const type = async (keys: string, shown: (screen: Screen) => boolean) => {
    input.write(keys);
    await screen.until(shown);
  };
  return { peer, input, screen, left, type, stop, clock };
}

const prompted = (screen: Screen) => screen.atCursor === 'p2p> ';
const showing =
  (...texts: string[]) =>
  (screen: Screen) =>
    texts.every((text) => screen.text.includes(text)) && prompted(screen);

describe('the prompt', () => {
  it('runs what is typed and prints the answer or what is wrong', async () => {
    const { type, screen, left } = start();
    await screen.until(showing('Other peers reach this client at 127.0.0.1:4711'));
    await type('create_group films\r', showing('group films made'));
    await type('frobnicate\r', showing('there is no command "frobnicate"'));
    await type("join_group 'a\r", showing('unbalanced quote'));
    await type('create_group\r', showing('usage: create_group <group>'));
    await type('\r', prompted);
    await type('quit\r', (shown) => shown.text.includes('p2p> quit'));
    await left;
  });

  it('asks for a password that was left out, and shows it nowhere', async () => {
    const { type, screen } = start();
    await screen.until(prompted);
    await type('login ann\r', ({ atCursor }) => atCursor === 'password: ');
    await type(`${PASSWORD}\r`, showing('logged in as ann'));
    expect(screen.written).not.toContain(PASSWORD);
    expect(screen.written).not.toContain('long');
    expect(screen.text).toContain('p2p> login ann\npassword:\nlogged in as ann at tracker 1');
  });

  it('asks for both passwords of change_password', async () => {
    const given: string[] = [];
    const { type, screen } = start({
      changePassword: async (...words) => {
        given.push(...words);
        return { ok: true, result: { replicated: true } };
      },
    });
    await screen.until(prompted);
    await type('change_password\r', ({ atCursor }) => atCursor === 'old password: ');
    await type('the old one\r', ({ atCursor }) => atCursor === 'new password: ');
    await type('the new one\r', showing('password changed'));
    expect(given).toEqual(['the old one', 'the new one']);
  });

  it('takes a password that was pasted behind its command', async () => {
    const { type, screen } = start();
    await screen.until(prompted);
    await type(`login ann\r${PASSWORD}\rcreate_group films\r`, showing('logged in as ann', 'group films made'));
  });

  it('brings back commands, but nothing that holds a password', async () => {
    const { type, screen } = start();
    await screen.until(prompted);
    await type('create_group films\r', showing('group films made'));
    await type(`login ann '${PASSWORD}'\r`, showing('logged in'));
    await type(`lgoin ann '${PASSWORD}'\r`, showing('no command "lgoin"'));
    await type(`login ann '${PASSWORD}\r`, showing('unbalanced quote'));
    await type('login bob\r', ({ atCursor }) => atCursor === 'password: ');
    await type(`${PASSWORD}\r`, showing('logged in as bob'));
    await type(UP, ({ atCursor }) => atCursor === 'p2p> login bob');
    await type(UP, ({ atCursor }) => atCursor === 'p2p> create_group films');
  });

  it('prints notices above what is being typed, also where it takes several rows', async () => {
    const { type, screen, peer } = start({}, 20);
    await screen.until(prompted);
    const typed = 'create_group a-very-long-name-that-wraps';
    const wrapped = 'p2p> create_group a-\nvery-long-name-that-\nwraps';
    await type(typed, ({ text }) => text.endsWith(wrapped));
    peer.emit({ event: 'tracker', number: 2, state: 'connected', lost: 1 });
    peer.emit({ event: 'notice', message: 'second' });
    expect(screen.text).toContain(`help\ntracker 1 lost, now\non tracker 2\nsecond\n${wrapped}`);
    expect(screen.text.split('p2p> ')).toHaveLength(2);
    await type('\r', showing('group a-very-long-na\nme-that-wraps made'));
  });

  it('shows progress in one line above the prompt and takes it away at the end', async () => {
    let current = download({ done: 0 });
    const { type, screen, peer, clock } = start({
      showDownloads: () => ({ ok: true, result: { downloads: [current] } }),
    });
    await screen.until(prompted);
    await type('create_gr', ({ atCursor }) => atCursor === 'p2p> create_gr');
    for (const done of [0, 250_000, 500_000]) {
      current = download({ done });
      clock.ms += 1_000;
      peer.emit({ event: 'download', ...current });
    }
    expect(screen.text).toMatch(/help\n\[D\] \[films\] a\.mkv {2}50 % .*\np2p> create_gr$/);
    current = download({ state: 'complete' });
    peer.emit({ event: 'download', ...current });
    expect(screen.text).toMatch(/help\n\[C\] \[films\] a\.mkv .*\np2p> create_gr$/);
    await type('oup films\r', showing('group films made'));
  });

  it('does not disturb a password by what happens meanwhile', async () => {
    const { type, screen, peer } = start();
    await screen.until(prompted);
    await type('login ann\r', ({ atCursor }) => atCursor === 'password: ');
    await type('long', () => true);
    peer.emit({ event: 'notice', message: 'something happened' });
    peer.emit({ event: 'hashing', path: '/a', done: 1, bytes: 2 });
    expect(screen.text).toMatch(/login ann\nsomething happened\npassword:$/);
    await type(' enough\r', ({ text }) => text.includes('logged in as ann'));
    expect(screen.written).not.toContain('enough');
  });

  it('moves no cursor where the terminal cannot', async () => {
    const { screen, peer } = start({}, 80, false);
    await screen.until(prompted);
    peer.emit({ event: 'hashing', path: '/a', done: 1, bytes: 2 });
    expect(screen.text).not.toContain('reading');
  });

  it('Ctrl-D leaves when everything typed before has run', async () => {
    const { input, left, screen } = start();
    await screen.until(prompted);
    input.write(`create_group a\rcreate_group b\r${CTRL_D}`);
    await left;
    expect(screen.text).toContain('group a made');
    expect(screen.text).toContain('group b made');
  });

  it('Ctrl-D instead of a password leaves', async () => {
    const { input, left, screen, type } = start();
    await screen.until(prompted);
    await type('login ann\r', ({ atCursor }) => atCursor === 'password: ');
    input.write(CTRL_D);
    await left;
  });

  it('Ctrl-C leaves at once, also while a command runs', async () => {
    const { input, left, screen } = start({ whoami: () => new Promise<never>(() => undefined) });
    await screen.until(prompted);
    input.write('whoami\r');
    input.write(CTRL_C);
    await left;
  });
});
