/**
 * Who listens at which address, in a program in which nobody opens a socket: what stands in for listening puts its options
 * here, and a target connects to them.
 */
export const doors = new Map<string, unknown>();
