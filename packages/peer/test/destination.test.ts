import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveDestination } from '../src/fetching/destination.js';
import { PartFile, placeFor } from '../src/fetching/part-file.js';
import { putIntoPart } from './part-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

async function partAt(path: string): Promise<PartFile> {
  const opened = await PartFile.open(placeFor(path));
  if (!opened.ok) throw new Error(opened.message);
  return opened.part;
}

describe('the destination of a download', () => {
  it('is the path itself, or the file name in a directory', async () => {
    const directory = await temporaryDirectory();
    const named = join(directory, 'film.mkv');
    expect(await resolveDestination(named, 'a.mkv')).toEqual({ ok: true, path: named });
    const inside = { ok: true, path: join(directory, 'a.mkv') };
    expect(await resolveDestination(directory, 'a.mkv')).toEqual(inside);
    expect(await resolveDestination(`${directory}/`, 'a.mkv')).toEqual(inside);
    expect(await resolveDestination(join(directory, 'new/'), 'a.mkv')).toEqual({
      ok: true,
      path: join(directory, 'new', 'a.mkv'),
    });
  });

  it('is refused where something lies already, a dangling link included', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'a.mkv'), 'mine');
    await symlink(join(directory, 'nowhere'), join(directory, 'link'));
    await mkdir(join(directory, 'folder', 'a.mkv'), { recursive: true });
    for (const path of ['a.mkv', '', 'link', 'folder']) {
      expect(await resolveDestination(join(directory, path), 'a.mkv')).toMatchObject({ code: 'destination_exists' });
    }
  });

  it('is refused where a component is a file', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'file'), '');
    for (const path of [join(directory, 'file', 'a'), join(directory, 'file/')]) {
      const resolved = await resolveDestination(path, 'b');
      const refused = resolved.ok ? await PartFile.probe(resolved.path) : resolved;
      expect(refused).toMatchObject({ code: 'destination_unwritable' });
    }
  });
});

describe('a file in the making', () => {
  it('is not under its final name before it is whole, and gets it with its bytes', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'a.bin');
    const part = await partAt(path);
    await putIntoPart(directory, 3, Buffer.from('def'));
    await putIntoPart(directory, 0, Buffer.from('abc'));
    const [temporary = ''] = await readdir(directory);
    expect(temporary).toMatch(/^\.a\.bin\.[0-9a-f]{12}\.p2p-part$/);
    expect(await part.publish()).toMatchObject({ ok: true });
    expect(await readdir(directory)).toEqual(['a.bin']);
    expect(await readFile(path, 'utf8')).toBe('abcdef');
    const read = Buffer.alloc(2);
    expect(await part.read(4, read)).toBe(true);
    expect(read.toString()).toBe('ef');
    await part.close();
    expect(await part.read(4, read)).toBe(false);
  });

  it('overwrites nothing that came under its name meanwhile', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'a.bin');
    const part = await partAt(path);
    await writeFile(path, 'mine');
    expect(await part.publish()).toMatchObject({ code: 'destination_exists' });
    await part.discard();
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await readdir(directory)).toEqual(['a.bin']);
  });

  it('leaves nothing behind when it is discarded', async () => {
    const directory = await temporaryDirectory();
    const part = await partAt(join(directory, 'a.bin'));
    await part.discard();
    await part.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it('keeps to what a file system allows for a name', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, `${'ü'.repeat(120)}.bin`);
    const part = await partAt(path);
    expect(await part.publish()).toMatchObject({ ok: true });
    await part.close();
    await access(path);
  });

  it('is refused where its directory is missing', async () => {
    const path = join(await temporaryDirectory(), 'missing', 'a.bin');
    expect(await PartFile.probe(path)).toMatchObject({ code: 'destination_unwritable' });
  });
});
