/** Runs scripts with machine code that V8 compiled at build time. https://nodejs.org/api/vm.html */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

/** The path of a script's kept code, beside the script. */
export function codeCachePath(script: string): string {
  return `${script}.cache`;
}

/**
 * A CommonJS script as a function of `module`, `exports`, `require`, `__filename` and `__dirname`.
 * @param cachedData From `Script.createCachedData`; V8 rejects it if it does not fit the script or this version of V8.
 */
export function compile(path: string, cachedData?: Buffer): Script {
  return new Script(`(function (module, exports, require, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`, {
    filename: path,
    ...(cachedData !== undefined && { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** Undefined if the build kept none. */
export function readCodeCache(script: string): Buffer | undefined {
  const path = codeCachePath(script);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/**
 * Runs a script of the build, with its kept code if that fits.
 * @returns Its exports.
 */
export function runScript(path: string): unknown {
  return call(compile(path, readCodeCache(path)), path);
}

/** Runs a script as Node would. */
export function call(script: Script, path: string): unknown {
  const module = { exports: {} };
  script.runInThisContext()(module, module.exports, createRequire(path), path, dirname(path));
  return module.exports;
}
