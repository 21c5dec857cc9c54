/** Asks no name server. */
export async function lookUp(host: string): Promise<string | undefined> {
  return host;
}
