#!/usr/bin/env node
/**
 * The file that the command's name leads to. It runs `start.cjs` beside it with the machine code that the build kept of
 * it, which halves what a start costs beyond Node's own. The code belongs to one version of V8; under another one V8
 * says so, and compiles as it always does. An older Node could load nothing of what comes after this, so it is told here.
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
