/** What decides how much a process takes from a deposit at once; minor units. */
export interface EnvelopeDemand {
  /** What the events at hand may cost at most; above zero. */
  readonly need: number;
  /** The dearest day that is sold: envelopes hold whole days, so that no rests lie about. */
  readonly price: number;
  /** What the process spent from the envelope before. */
  readonly spentLately: number;
  /** What the deposit holds for everybody. */
  readonly available: number;
}

/** Round trips that one envelope saves at least, while the deposit is far from dry. */
const NEEDS_AHEAD = 50;
/** A process leaves so many times as much to the others: near the bottom nobody hoards what another one needs. */
const SHARE = 4;

/**
 * How much to move into a new envelope: enough for a while, but no more than a share of the deposit; near its bottom only
 * what is needed now, and at last what there is. 0 when there is nothing.
 */
export function envelopeSize({ need, price, spentLately, available }: EnvelopeDemand): number {
  const wanted = Math.max(need * NEEDS_AHEAD, spentLately * 2);
  const size = Math.min(available, Math.max(need, Math.min(wanted, Math.floor(available / SHARE))));
  return size < price ? Math.max(0, size) : size - (size % price);
}
