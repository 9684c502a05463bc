/** Starts the processes of a run in advance, while its locks are being taken. */
import type { Config } from '../config/config.ts';
import { forkEngine } from '../engine/client.ts';
import { keepSpare, type Spare } from '../engine/preforked.ts';
import type { Observer } from '../events.ts';
import { layoutFor } from '../files/layout.ts';
import { forkInspector } from '../snapshots/inspect.ts';

export interface Spares {
  readonly engine: Spare;
  readonly inspector: Spare;
}

export async function withSpares<T>(config: Config, work: (spares: Spares) => Promise<T>): Promise<T> {
  const equipment = { temporaryDirectory: layoutFor(config).work, extensions: config.sqliteExtensions };
  const spares: Spares = {
    engine: await keepSpare(forkEngine(equipment)),
    inspector: await keepSpare(forkInspector(equipment)),
  };
  try {
    return await work(spares);
  } finally {
    dismiss(spares);
  }
}

/** Forwards events, and dismisses the spares if the run has to wait: afterwards there may be nothing to do. */
export function dismissedByWaits(spares: Spares, observer: Observer): Observer {
  return (event) => {
    if (event.kind === 'waiting') dismiss(spares);
    observer(event);
  };
}

function dismiss({ engine, inspector }: Spares): void {
  engine.dismiss();
  inspector.dismiss();
}
