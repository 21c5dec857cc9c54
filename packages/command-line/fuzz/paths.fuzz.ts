/** Paths as people type them. */
import { isAbsolute, normalize } from 'node:path';
import { hold, notableText, type Target } from '@p2p/fuzzing';
import { absolutePath } from '../src/index.js';

const place = { directory: '/srv/here', home: '/home/ann' };

const paths: Target = {
  name: 'paths',
  kind: 'decoder',
  executions: 200_000,
  maxBytes: 4_000,
  generate: (dice) =>
    new Uint8Array(Buffer.from(dice.pick(['', '', '~', '~/', '/', './', '../../']) + notableText(dice, 4))),
  run: (input) => {
    const typed = Buffer.from(input).toString();
    const path = absolutePath(place, typed);
    hold(isAbsolute(path) && normalize(path) === path, 'a path is absolute, and has no way back in it');
    hold(path.endsWith('/') === typed.endsWith('/') || path === '/', 'a separator at the end stays');
    return typed !== '';
  },
};

export const targets: readonly Target[] = [paths];
