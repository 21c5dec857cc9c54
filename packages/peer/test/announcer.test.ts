import type { FileId, GroupId, QueryInput } from '@p2p/protocol';
import { ContentHasher } from '@p2p/swarm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Library, type SharedFile } from '../src/library/library.js';
import { Announcer } from '../src/sharing/announcer.js';
import type { ByteSource } from '../src/sharing/byte-source.js';
import { sha256 } from '../src/sharing/sha256.js';
import { SharedContent } from '../src/sharing/shared-content.js';

type Announcement = Extract<QueryInput, { type: 'announce' }>;

const nowhere: ByteSource = { read: async () => false };
const tree = new ContentHasher(sha256, 0, 262_144).finish();
const group = `${'a'.repeat(64)}.0` as GroupId;
const idOf = (number: number): FileId => `${'b'.repeat(64)}.${number}` as FileId;

function file(number: number, complete: boolean): SharedFile {
  const content = complete ? SharedContent.whole(tree, nowhere) : SharedContent.partial(tree, nowhere);
  return { id: idOf(number), group, groupName: 'films', name: `${number}`, user: 'alice', root: '00', content };
}

/** An announcer, and what a tracker that takes everything but `refuses` was told. */
function announcing(refuses: ReadonlySet<FileId> = new Set()) {
  const library = new Library();
  library.setUser('alice');
  const told: { add: Announcement['add']; remove: Announcement['remove'] }[] = [];
  const ask = async ({ add, remove }: Announcement) => {
    told.push({ add, remove });
    return { ok: true, reply: { refused: add.map(({ file: id }) => id).filter((id) => refuses.has(id as FileId)) } };
  };
  const announcer = new Announcer({ ask: ask as never }, library);
  onTestFinished(() => announcer.close());
  return { library, told, announcer };
}

describe('the announcer', () => {
  it('tells what is new, what has become whole and what has gone, and nothing twice', async () => {
    const { library, told, announcer } = announcing();
    const partial = file(1, false);
    library.put(partial);
    await announcer.settled();
    partial.content.finish(nowhere);
    library.put(partial);
    library.put(file(2, true));
    await announcer.settled();
    library.remove({ id: idOf(1), user: 'alice' });
    await announcer.settled();
    library.setUser('alice');
    await announcer.settled();
    expect(told).toEqual([
      { add: [{ file: idOf(1), complete: false }], remove: [] },
      {
        add: [
          { file: idOf(1), complete: true },
          { file: idOf(2), complete: true },
        ],
        remove: [],
      },
      { add: [], remove: [idOf(1)] },
    ]);
  });

  it('tells everything again to another tracker, in pages', async () => {
    const { library, told, announcer } = announcing();
    for (let number = 0; number < 2_500; number++) library.put(file(number, true));
    await announcer.settled();
    announcer.refresh();
    await announcer.settled();
    expect(told.map(({ add }) => add.length)).toEqual([1_000, 1_000, 500, 1_000, 1_000, 500]);
  });

  it('looks at what has changed, and not at all the rest with it', async () => {
    const { library, told, announcer } = announcing();
    for (let number = 0; number < 1_000; number++) library.put(file(number, true));
    await announcer.settled();
    const all = vi.spyOn(library, 'shared');
    const looks = vi.spyOn(library, 'own');
    for (let number = 1_000; number < 1_010; number++) {
      library.put(file(number, true));
      await announcer.settled();
    }
    expect(told).toHaveLength(11);
    expect(all).not.toHaveBeenCalled();
    // Before it is told, and after.
    expect(looks.mock.calls.length).toBeLessThanOrEqual(20);
  });

  it('tells what changed while the tracker was being told', async () => {
    const { library, told, announcer } = announcing();
    const partial = file(1, false);
    library.put(partial);
    await Promise.resolve();
    partial.content.finish(nowhere);
    library.put(partial);
    library.put(file(2, true));
    library.remove({ id: idOf(2), user: 'alice' });
    await announcer.settled();
    expect(told).toEqual([
      { add: [{ file: idOf(1), complete: false }], remove: [] },
      { add: [{ file: idOf(1), complete: true }], remove: [] },
    ]);
  });

  it('does not serve what the tracker refuses, until it has been told elsewhere', async () => {
    const refuses = new Set([idOf(1)]);
    const { library, announcer } = announcing(refuses);
    library.put(file(1, true));
    library.put(file(2, true));
    await announcer.settled();
    expect(library.shared().map((shared) => library.isServable(shared))).toEqual([false, true]);
    refuses.clear();
    announcer.refresh();
    await announcer.settled();
    expect(library.shared().map((shared) => library.isServable(shared))).toEqual([true, true]);
  });
});
