#!/usr/bin/env node
/**
 * The executable of the package. It runs `start.cjs` with machine code kept by the build, which halves the cost of a
 * start beyond Node's own. The code fits one version of V8; any other rejects it and compiles as usual. Checks Node's
 * version, since an older Node could not load the rest.
 */
import { join } from 'node:path';
import { exitCodes } from '../errors.ts';
import { runScript } from './code-cache.ts';
import { isTooOld, oldestNode } from './node-version.ts';

if (isTooOld(process.versions.node)) {
  process.stderr.write(`drydock: Node ${oldestNode} or newer is needed, and this is ${process.versions.node}.\n`);
  process.exitCode = exitCodes.USAGE;
} else {
  runScript(join(__dirname, 'start.cjs'));
}
