/**
 * The program. What a client makes of objects lives shortly, some of them for every 16 KiB that come, and V8 would let
 * them spread over 32 MiB before it collects them: memory that doesn't stay in the processor's own, and costs more to get
 * from the system than to collect early. So they have what V8 begins with, and before anything else is loaded.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
await import('./client.js');
