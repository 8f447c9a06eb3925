import type { Cli } from './cli.ts';

/** Shows how far long work is. */
export interface Progress {
  /** `done` of the total given at the start; `words` say what it is. */
  update(done: number, words: string): void;
  stop(): void;
}

const LINE_EVERY_SHARE = 0.1;

/** A bar when a person watches, else a line at every tenth; always on standard error. */
export async function startProgress(cli: Cli, total: number): Promise<Progress> {
  if (!cli.interactive) return lines(cli, total);
  const { SingleBar, Presets } = await import('cli-progress');
  const bar = new SingleBar(
    { format: '{bar} {percentage}% {words}', clearOnComplete: true, stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(Math.max(total, 1), 0, { words: '' });
  return {
    update: (done, words) => bar.update(done, { words }),
    stop: () => bar.stop(),
  };
}

function lines(cli: Cli, total: number): Progress {
  let next = LINE_EVERY_SHARE;
  return {
    update(done, words) {
      const share = total === 0 ? 1 : done / total;
      if (share < next) return;
      next = (Math.floor(share / LINE_EVERY_SHARE) + 1) * LINE_EVERY_SHARE;
      cli.note(`${Math.floor(share * 100)}% ${words}`);
    },
    stop: () => undefined,
  };
}
