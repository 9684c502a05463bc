/** Errors on their way between processes. */
import { codeOf, DrydockError, type ErrorCode, exitCodes, messageOf } from '../errors.ts';
import type { WireError } from './protocol.ts';

export function toWire(error: unknown): WireError {
  const plain = {
    message: messageOf(error),
    code: codeOf(error),
    stack: error instanceof Error ? describeChain(error) : '',
  };
  if (!(error instanceof DrydockError)) return plain;
  const { code, what, state, next } = error;
  return {
    ...plain,
    // Of what made it one of ours, since its own stands in `drydock`: who reads its cause wants to know SQLite's.
    code: codeOf(error.cause),
    drydock: { code, what, state, next },
  };
}

/** The error as it was: a DrydockError again, or a plain error with its SQLite or Node code. */
export function fromWire(wire: WireError): Error {
  const cause = Object.assign(new Error(wire.message), { code: wire.code, stack: wire.stack });
  const { drydock } = wire;
  if (drydock === undefined) return cause;
  return isErrorCode(drydock.code) ? new DrydockError(drydock.code, { ...drydock, cause }) : cause;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(exitCodes, code);
}

function describeChain(error: Error): string {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by ${describeChain(error.cause)}` : stack;
}
