/** Runs the example as anybody would: a process of its own that finds the built package. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('main.mjs', import.meta.url));

test('the example makes operations, folds them, and gets the same digest again', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'create_user ann: operation 1',
    'create_user ann: already_exists',
    'create_group films: not_logged_in',
    'login ann: operation 2',
    'create_group films: operation 3',
    'share_file film.mkv: operation 4',
    'share_file film.mkv: nothing to change',
    expect.stringMatching(/^4 operations, digest [0-9a-f]{64}$/),
    'folded again: the same digest',
    '',
  ]);
});
