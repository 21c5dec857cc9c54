/**
 * How a dialler says which key it expects, before the other side shows one: as the name of the server (SNI, RFC 6066
 * section 3). It goes in the clear, and says no more than the address does.
 */

/** The labels of a host name have at most 63 characters; an id has 64. */
const LABEL = 32;
const SERVER_NAME = new RegExp(`^([0-9a-f]{${LABEL}})\\.([0-9a-f]{${LABEL}})\\.key\\.p2p$`);

export function serverNameOf(keyId: string): string {
  return `${keyId.slice(0, LABEL)}.${keyId.slice(LABEL)}.key.p2p`;
}

/** The key that is asked for; undefined where the name is another one. */
export function keyInServerName(name: string): string | undefined {
  const labels = SERVER_NAME.exec(name);
  return labels === null ? undefined : `${labels[1]}${labels[2]}`;
}
