/** Converts errors for sending between processes. */
import { codeOf, DrydockError, type ErrorCode, exitCodes, messageOf } from '../errors.ts';
import type { WireError } from './protocol.ts';

export function toWire(error: unknown): WireError {
  const plain = {
    message: messageOf(error),
    code: codeOf(error),
    stack: error instanceof Error ? describeChain(error) : '',
  };
  if (!(error instanceof DrydockError)) return plain;
  const { code, what, state, next, reason } = error;
  return {
    ...plain,
    // The code of the cause, such as SQLite's; the error's own code is in `drydock`.
    code: codeOf(error.cause),
    drydock: { code, what, state, next, reason },
  };
}

/** Restores the error: a DrydockError again, or a plain error with its SQLite or Node code. */
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
