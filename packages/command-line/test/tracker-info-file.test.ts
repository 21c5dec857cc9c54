import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTrackerInfo } from '../src/tracker-info-file.js';

describe('loadTrackerInfo', () => {
  let top: string;
  let deep: string;
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'client-test-'));
    deep = join(top, 'a', 'b');
    await mkdir(deep, { recursive: true });
  });
  afterEach(() => rm(top, { recursive: true }));

  const write = async (path: string, text: string) => {
    await writeFile(path, text);
    return path;
  };

  it('finds the nearest file upwards', async () => {
    await write(join(top, 'tracker_info.txt'), 'far:1');
    expect(await loadTrackerInfo(undefined, deep)).toMatchObject({ ok: true, directory: top });
    await write(join(top, 'a', 'tracker_info.txt'), 'near:1');
    expect(await loadTrackerInfo(undefined, deep)).toMatchObject({
      ok: true,
      directory: join(top, 'a'),
      trackers: [{ number: 1, host: 'near', port: 1 }],
    });
  });

  it('reads the file that was named', async () => {
    const path = await write(join(deep, 'mine.txt'), '# two\n10.0.0.1:9909\n10.0.0.2 9909\n');
    const info = await loadTrackerInfo(path, top);
    expect(info).toMatchObject({ ok: true, directory: deep, fingerprint: undefined });
    expect(info.ok && info.trackers.map(({ host }) => host)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('names the bad line', async () => {
    const path = await write(join(top, 't.txt'), '10.0.0.1:9909\nwhat is this\n');
    const info = await loadTrackerInfo(path, top);
    expect(info).toMatchObject({ ok: false, message: expect.stringContaining(`${path}, line 2: `) });
  });

  it('says why a file cannot be read', async () => {
    const missing = await loadTrackerInfo(join(top, 'no.txt'), top);
    expect(missing).toMatchObject({ ok: false, message: expect.stringContaining('there is no such file') });
    const directory = await loadTrackerInfo(deep, top);
    expect(directory).toMatchObject({ ok: false, message: expect.stringContaining('it is a directory') });
  });

  it('does not read what is too large to be one', async () => {
    const largest = `h:1${' '.repeat(64 * 1024 - 3)}`;
    expect(await loadTrackerInfo(await write(join(top, 'bound'), largest), top)).toMatchObject({ ok: true });
    expect(await loadTrackerInfo(await write(join(top, 'more'), `${largest} `), top)).toMatchObject({
      ok: false,
      message: expect.stringContaining('too large'),
    });
  });
});
