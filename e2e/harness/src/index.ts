/** Trackers and clients as whole processes: for end-to-end tests, the demo and benchmarks. */
export { type ClientEvent, ClientProgram, type CommandAnswer } from './client-program.js';
export { Cluster, freePorts, type TrackerLaunch } from './cluster.js';
export { sha256OfFile, writeTestFile } from './files.js';
export { Forwarder } from './forwarder.js';
export { gatherGroup, type Member, passwordOf, registered } from './group.js';
export type { Direction, Pace } from './lane.js';
export { LineReader } from './line-reader.js';
export { builtPrograms, Program, type ProgramOptions } from './program.js';
export { TrackerWires } from './tracker-wires.js';
