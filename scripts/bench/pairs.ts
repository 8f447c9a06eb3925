import { quantile } from './lean-client.ts';

/** One line of the report. `ours` and `rival` are medians, in the unit that the measure names. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly rival: number;
  /** Median of the pairs' ratios. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  readonly pairs: number;
  readonly goal: string;
  readonly met: boolean;
}

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * Runs `ours` and `rival` in turn, so that both meet the same weather on a shared machine, the order swapped from pair to
 * pair, and judges the median of the pairs' ratios. One pair of warm-up is not counted.
 */
export async function measurePairs(
  about: { readonly name: string; readonly unit: string; readonly goal: Goal; readonly pairs: number },
  ours: (round: number) => Promise<number>,
  rival: (round: number) => Promise<number>,
): Promise<Measured> {
  const results: { ours: number; rival: number }[] = [];
  for (let round = 0; round <= about.pairs; round++) {
    const first = round % 2 === 0 ? ours : rival;
    const second = round % 2 === 0 ? rival : ours;
    const a = await first(round);
    const b = await second(round);
    if (round === 0) continue;
    const pair = round % 2 === 0 ? { ours: a, rival: b } : { ours: b, rival: a };
    results.push(pair);
    process.stderr.write(
      `  ${about.name} ${round}/${about.pairs}: ${digits(pair.ours)} against ${digits(pair.rival)} ${about.unit}, ratio ${digits(pair.ours / pair.rival)}\n`,
    );
  }
  return summarise(about, results);
}

export function summarise(
  about: { readonly name: string; readonly unit: string; readonly goal: Goal },
  results: readonly { readonly ours: number; readonly rival: number }[],
): Measured {
  const ratios = sorted(results.map(({ ours, rival }) => ours / rival));
  const ratio = quantile(ratios, 0.5);
  const { atLeast, atMost } = about.goal;
  return {
    name: about.name,
    unit: about.unit,
    ours: quantile(sorted(results.map(({ ours }) => ours)), 0.5),
    rival: quantile(sorted(results.map(({ rival }) => rival)), 0.5),
    ratio,
    ratioMin: ratios[0] ?? ratio,
    ratioMax: ratios.at(-1) ?? ratio,
    pairs: results.length,
    goal: atLeast !== undefined ? `>= ${atLeast}` : `<= ${atMost}`,
    met: atLeast !== undefined ? ratio >= atLeast : ratio <= (atMost ?? Infinity),
  };
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

export const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
