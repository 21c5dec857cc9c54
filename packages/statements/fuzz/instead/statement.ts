/** Statements without signatures: what is said, by whom, as JSON. Signatures are a target of their own. */
import type { JWTPayload } from 'jose';
import type { Signer, Verified } from '../../src/statement.js';

interface Said {
  readonly typ: string;
  readonly signer: string;
  readonly claims: JWTPayload;
}

export async function signStatement({ id }: Signer, typ: string, claims: JWTPayload): Promise<string> {
  return JSON.stringify({ typ, signer: id, claims } satisfies Said);
}

export async function verifyStatement(
  text: string,
  trusts: (signer: string) => boolean,
  { typ }: { readonly typ: string },
): Promise<Verified | undefined> {
  try {
    const said = JSON.parse(text) as Said;
    return said.typ === typ && trusts(said.signer) ? { signer: said.signer, claims: { ...said.claims } } : undefined;
  } catch {
    return undefined;
  }
}
