/**
 * Our clients with one thing otherwise than it was chosen, each: what the choice buys. No program has a switch for any of
 * this; words of the built programs are replaced while they are loaded.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtPrograms } from '@p2p/harness';
import type { Contender } from '../../contenders/contender.js';
import { OwnCrew } from '../../contenders/own-clients.js';
import type { Replacement } from './replacement.js';

type Package = 'protocol' | 'swarm' | 'transport' | 'peer';
type Words = readonly [of: Package, is: string, instead: string];

const preload = new URL('replaced.js', import.meta.url);

const choices: Readonly<Record<string, readonly Words[]>> = {
  'blocks of 256 KiB': [['protocol', 'MAX_BLOCK_BYTES = 2 * 1024 * 1024;', 'MAX_BLOCK_BYTES = 256 * 1024;']],
  'blocks of 16 KiB': [['protocol', 'MAX_BLOCK_BYTES = 2 * 1024 * 1024;', 'MAX_BLOCK_BYTES = 16 * 1024;']],
  'pieces of 256 KiB': [['swarm', 'ENOUGH_PIECES = 512;', 'ENOUGH_PIECES = 65536;']],
  'every block acknowledged': [['protocol', 'CREDIT_INTERVAL_MS = 5;', 'CREDIT_INTERVAL_MS = 0;']],
  "'data' events": [
    ['transport', '{ onread: incoming.onread }', '{}'],
    ['transport', 'acceptRemote(socket, { ...options, incoming })', 'acceptRemote(socket, options)'],
  ],
  'fresh memory for every block': [
    ['peer', 'giveBack({ buffer }) {', 'giveBack({ buffer }) { if (buffer instanceof SharedArrayBuffer) return;'],
  ],
  'everything in one thread': [['peer', 'existsSync(fileURLToPath(program)) ?', 'false ?']],
  "fstat by the file system's threads": [['peer', 'this.#isLocal ? fstatSync', 'false ? fstatSync']],
  'AES-256': [['transport', 'TLS_AES_128_GCM_SHA256:', '']],
};

/** Throws where the built programs do not have the words once each. */
export function ownChoices(): readonly Contender[] {
  return Object.entries(choices).map(([name, words]) => {
    const nodeWords = wordsFor(words.map(replacementOf));
    return { name: `ours, with ${name}`, gather: (scene) => OwnCrew.gather(scene, nodeWords) };
  });
}

function wordsFor(replacements: readonly Replacement[]): string[] {
  const url = new URL(preload);
  url.searchParams.set('replacements', JSON.stringify(replacements));
  return ['--import', url.href];
}

function replacementOf([of, is, instead]: Words): Replacement {
  const path = programOf(of);
  const count = readFileSync(path, 'utf8').split(is).length - 1;
  if (count !== 1) throw new Error(`"${is}" stands ${count} times in ${path}: see own-choices.ts`);
  return { url: pathToFileURL(path).href, is, instead };
}

/** As the client finds it. */
function programOf(name: Package): string {
  const peer = createRequire(builtPrograms.client).resolve('@p2p/peer');
  return name === 'peer' ? peer : createRequire(peer).resolve(`@p2p/${name}`);
}
