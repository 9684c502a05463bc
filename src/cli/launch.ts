#!/usr/bin/env node
/**
 * The file that the command's name leads to. It runs `start.cjs` beside it with the machine code that the build kept of
 * it, which halves what a start costs beyond Node's own. The code belongs to one version of V8; under another one V8
 * says so, and compiles as it always does.
 */
import { join } from 'node:path';
import { runScript } from './code-cache.ts';

runScript(join(__dirname, 'start.cjs'));
