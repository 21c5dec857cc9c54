import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdSocketFile } from '../src/held-socket.js';
import { bundleProgram, firstLine, startProgram } from './child-program.js';
import { temporaryFolder } from './identities.js';

describe.skipIf(process.platform === 'win32')('holdSocketFile', () => {
  it('is held by one and leaves nothing behind', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const release = await holdSocketFile(path);
    expect(release).toBeDefined();
    expect(await holdSocketFile(path)).toBeUndefined();
    expect(existsSync(path)).toBe(true);
    await release?.();
    expect(existsSync(path)).toBe(false);
  });

  it('takes over the file of a holder that was killed, for one of those who want it', async () => {
    const program = await bundleProgram(`
      import { holdSocketFile } from '../src/held-socket.js';
      const release = await holdSocketFile(process.argv[2] ?? '');
      console.log(release === undefined ? 'refused' : 'held');
      process.stdin.resume();
    `);
    const path = join(await temporaryFolder(), 'lock');
    const holder = startProgram(program, path);
    expect(await firstLine(holder)).toBe('held');
    expect(await holdSocketFile(path)).toBeUndefined();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(existsSync(path)).toBe(true);
    const both = await Promise.all([holdSocketFile(path), holdSocketFile(path)]);
    const releases = both.filter((release) => release !== undefined);
    expect(releases.length).toBe(1);
    await releases[0]?.();
  });

  it('refuses a path that the system would cut', async () => {
    const path = join(await temporaryFolder(), 'x'.repeat(100));
    await expect(holdSocketFile(path)).rejects.toThrow('too long');
  });
});
