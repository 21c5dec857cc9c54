/** What a client shares, as it is looked up, and who hears of a change. */
import type { FileId, GroupId } from '@p2p/protocol';
import { ContentHasher } from '@p2p/swarm';
import { describe, expect, it, vi } from 'vitest';
import { Library, type SharedFile } from '../src/library/library.js';
import { ShareList } from '../src/library/share-list.js';
import type { ShareRecord } from '../src/library/share-records.js';
import type { ByteSource } from '../src/sharing/byte-source.js';
import { sha256 } from '../src/sharing/sha256.js';
import { SharedContent } from '../src/sharing/shared-content.js';

const nowhere: ByteSource = { read: async () => false };
const tree = new ContentHasher(sha256, 0, 262_144).finish();
const group = `${'a'.repeat(64)}.0` as GroupId;
const idOf = (number: number): FileId => `${'b'.repeat(64)}.${number}` as FileId;

function file(number: number, fields: Partial<SharedFile> = {}): SharedFile {
  const content = SharedContent.whole(tree, nowhere);
  return {
    id: idOf(number),
    group,
    groupName: 'films',
    name: `${number}`,
    user: 'ana',
    root: '00',
    content,
    ...fields,
  };
}

function libraryOf(count: number): Library {
  const library = new Library();
  library.setUser('ana');
  for (let number = 0; number < count; number++) library.put(file(number, { root: `${number}` }));
  return library;
}

describe('the library', () => {
  it('finds a file by its names and by its content, as it is now', () => {
    const library = libraryOf(3);
    expect(library.named('films', '1')?.id).toBe(idOf(1));
    library.put(file(1, { name: 'one', root: 'new' }));
    expect(library.named('films', '1')).toBeUndefined();
    expect(library.named('films', 'one')).toBe(library.own(idOf(1)));
    expect(library.servable(group, '1')).toBeUndefined();
    expect(library.servable(group, 'new')).toBe(library.own(idOf(1)));
    library.setUser('ben');
    expect(library.named('films', 'one')).toBeUndefined();
    library.renameUser('ana', 'ben');
    expect(library.named('films', 'one')).toMatchObject({ id: idOf(1), user: 'ben' });
  });

  it('tells who is served a file that it is no longer servable, once', () => {
    const library = libraryOf(4);
    const withdrawn: string[] = [];
    for (const shared of library.shared()) {
      const stop = library.whileServable(shared, () => {
        withdrawn.push(shared.name);
        stop();
      });
    }
    library.put(file(0, { root: 'new' }));
    library.remove(file(1));
    expect(withdrawn).toEqual(['0', '1']);
    library.setRefused(new Set([idOf(2)]));
    expect(withdrawn).toEqual(['0', '1', '2']);
    library.setUser(undefined);
    expect(withdrawn).toEqual(['0', '1', '2', '3']);
  });

  it('asks of a change of one file nobody who is served another', () => {
    const library = libraryOf(100);
    for (const shared of library.shared()) library.whileServable(shared, () => expect.fail('is served still'));
    const asked = vi.spyOn(library, 'isServable');
    library.put(file(100));
    const again = library.own(idOf(5)) as SharedFile;
    library.put(again);
    expect(asked.mock.calls).toEqual([[again]]);
  });
});

describe('a list of shares', () => {
  const record = (number: number, fields: Partial<ShareRecord> = {}): ShareRecord => ({
    ...{ id: idOf(number), group, groupName: 'films', name: `${number}`, user: 'ana', path: `/${number}` },
    ...{ root: '00' as ShareRecord['root'], bytes: 0, pieceLength: 262_144 },
    stamp: { inode: 1n, bytes: 0n, modifiedNs: 0n },
    ...fields,
  });

  it('finds them by names and by path, as they are now', () => {
    const list = new ShareList();
    list.put(record(1));
    list.put(record(2, { user: 'ben', path: '/1' }));
    expect(list.at('/1').map(({ user }) => user)).toEqual(['ana', 'ben']);
    list.put(record(1, { path: '/elsewhere' }));
    expect(list.at('/1').map(({ user }) => user)).toEqual(['ben']);
    expect(list.named({ user: 'ana', groupName: 'films', name: '1' })?.path).toBe('/elsewhere');
    expect(list.named({ user: 'ben', groupName: 'films', name: '1' })).toBeUndefined();
    expect(list.delete(record(1))).toBe(true);
    expect(list.delete(record(1))).toBe(false);
    expect(list.of('ana')).toEqual([]);
    expect(list.named({ user: 'ana', groupName: 'films', name: '1' })).toBeUndefined();
    expect(list.at('/elsewhere'), 'what was shared until lately').toEqual([record(1, { path: '/elsewhere' })]);
  });
});
