import { visible } from '../visible.ts';

/** One line at the foot of a terminal that is overwritten again and again. */
export interface StatusLine {
  show(text: string): void;
  clear(): void;
}

export function openStatusLine(stream: NodeJS.WriteStream): StatusLine {
  let shown = false;
  return {
    show(text) {
      stream.write(`\r\u001b[2K${visible(text).slice(0, Math.max(0, (stream.columns ?? 80) - 1))}`);
      shown = true;
    },
    clear() {
      if (shown) stream.write('\r\u001b[2K');
      shown = false;
    },
  };
}
