/** Reads a list that trackers give in pages. */
import type { Refusal } from '@p2p/protocol';

type Page<R> = { readonly ok: true; readonly reply: R } | Refusal;

/** Every row; `ask` gets the page after a name, `rowsOf` its rows. */
export async function allPages<R extends { readonly next: string | null }, Row>(
  ask: (after: { readonly after?: string }) => Promise<Page<R>>,
  rowsOf: (reply: R) => readonly Row[],
): Promise<{ readonly ok: true; readonly rows: Row[] } | Refusal> {
  const rows: Row[] = [];
  for (let after = {}; ; ) {
    const page = await ask(after);
    if (!page.ok) return page;
    for (const row of rowsOf(page.reply)) rows.push(row);
    if (page.reply.next === null) return { ok: true, rows };
    after = { after: page.reply.next };
  }
}
