import type { Measured } from './pairs.ts';

/** What every measure is given. */
export interface Bench {
  /** Small numbers and three pairs: shows that the bench runs, not how fast we are. */
  readonly quick: boolean;
  readonly pairs: number;
  readonly dataDir: string;
  uriOf(database: string): string;
  /** The present as ISO text. */
  now(): string;
  readonly log: (line: string) => void;
}

/** One or more figures that share what they measure on. */
export interface Measure {
  /** The first asks for all of them. */
  readonly names: readonly string[];
  run(bench: Bench, wanted: ReadonlySet<string>): Promise<readonly Measured[]>;
}
