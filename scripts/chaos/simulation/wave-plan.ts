import type { Instant } from '../../../programs/calendar.ts';
import type { Money } from '../../../programs/money.ts';
import type { PayeeRelation } from '../../../programs/payouts/payout.ts';
import type { PayeeDestination } from '../../../server/payments/payment-port.ts';
import { chanceFrom, type Chance } from '../traffic.ts';

/** When every wave begins: noon in Shanghai. */
export const WAVE_START: Instant = Date.UTC(2026, 2, 2, 4);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Something that is asked to be paid. */
export interface Ask {
  readonly at: Instant;
  readonly businessKey: string;
  readonly payeeId: string;
  readonly amount: Money;
  readonly fundingAccount: string;
  readonly incidentAt: Instant | undefined;
  readonly assessors: readonly string[];
  readonly by: string;
  /** Asked for by somebody else as well, so much later. */
  readonly againAfterMs: number | undefined;
  /** Once it is answered, the same key is asked for with other content, which must be refused. */
  readonly thenOther: boolean;
}

export interface PlannedPayee {
  readonly payeeId: string;
  readonly holderId: string;
  readonly relation: PayeeRelation;
  readonly verified: boolean;
  readonly setAt: Instant;
  readonly editor: string;
  readonly destination: PayeeDestination;
}

/** A time in which something is away. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** All that a wave is, before anything happens; the same for the same seed. */
export interface WavePlan {
  readonly seed: number;
  readonly asks: readonly Ask[];
  readonly payees: readonly PlannedPayee[];
  /** By funding account: what its payouts come to, in minor units. */
  readonly needed: ReadonlyMap<string, number>;
  /** The provider answers nobody. */
  readonly outages: readonly Span[];
  /** No worker runs. */
  readonly nights: readonly Span[];
  readonly lastAskAt: Instant;
  /** From then on nothing goes wrong any more. */
  readonly calmAt: Instant;
}

export const PERSONS = ['opr_ada', 'opr_ben', 'opr_chen', 'opr_dora', 'opr_eli'] as const;
const DESKS = ['opr_desk_1', 'opr_desk_2'] as const;
const FUNDS = [
  'carrier:car_1:claims_float:CNY',
  'carrier:car_2:claims_float:CNY',
  'program:prg_1:fund:CNY',
  'carrier:car_1:claims_float:EUR',
] as const;

export function planWave(seed: number, payouts: number): WavePlan {
  const chance = chanceFrom(seed);
  const askedWithinMs = Math.min(3 * HOUR, Math.max(10 * MINUTE, payouts * 4 * SECOND));
  const payees = Array.from({ length: Math.max(3, Math.ceil(payouts / 3)) }, (_, at) => planPayee(chance, at));
  const asks = Array.from({ length: payouts }, (_, at) => planAsk(chance, { seed, at, payees, askedWithinMs }));
  asks.sort((a, b) => a.at - b.at);
  const needed = new Map<string, number>();
  for (const { fundingAccount, amount } of asks) {
    needed.set(fundingAccount, (needed.get(fundingAccount) ?? 0) + amount.amount);
  }
  const lastAskAt = WAVE_START + askedWithinMs;
  // A third of the waves has an outage that keys do not outlive, another a night of workers that is as long.
  const outages = spans(chance, askedWithinMs, seed % 3 === 0);
  const nights = spans(chance, askedWithinMs, seed % 3 === 1);
  const calmAt = Math.max(lastAskAt, ...outages.map(({ to }) => to), ...nights.map(({ to }) => to)) + 10 * MINUTE;
  return { seed, asks, payees, needed, outages, nights, lastAskAt, calmAt };
}

/** What tells a payee's account from all others of the wave. */
export const versionName = (payee: number, version: number): string => String(payee * 1_000 + version);

/** A destination of a payee: mostly one that works, else one that the sandbox has a fate for. */
export function drawDestination(chance: Chance, name: string, troubled = 0.13): PayeeDestination {
  const drawn = chance();
  if (drawn < troubled) {
    const bad = pick(chance, BAD);
    return bad.startsWith('acct_') ? { kind: 'connected_account', accountId: bad } : bankAccount(name, bad);
  }
  if (drawn < troubled + 0.15) return { kind: 'connected_account', accountId: 'acct_sandbox_ok' };
  if (drawn < troubled + 0.25)
    return { kind: 'wallet', scheme: chance() < 0.5 ? 'alipay' : 'wechat', handle: `wallet-${name}` };
  return bankAccount(name, `62${name.padStart(14, '0')}`);
}

/** As the sandbox's README lists them: failing, returned, stuck, without funds, not to be saved, refused, reversed. */
const BAD = [
  ...['000111111116', '000111111113', '000222222227', '000222222228', '000333333335', '000333333335'],
  ...['000444444440', '000999999991', 'acct_sandbox_refused', 'acct_sandbox_returned'],
] as const;

const bankAccount = (holder: string, accountNumber: string): PayeeDestination => ({
  ...{ kind: 'bank_account', holder, country: 'CN', bankCode: '102', accountNumber },
});

function planPayee(chance: Chance, at: number): PlannedPayee {
  const hospital = chance() < 0.1;
  return {
    payeeId: `pye_${at}`,
    holderId: hospital ? `hsp_${at}` : `per_${at}`,
    relation: chance() < 0.02 ? 'unrelated' : hospital ? 'provider' : 'self',
    verified: chance() < 0.97,
    setAt: WAVE_START - (chance() < 0.1 ? 2 : 2_000) * HOUR,
    editor: 'opr_editor',
    destination: drawDestination(chance, versionName(at, 1)),
  };
}

function planAsk(
  chance: Chance,
  of: {
    readonly seed: number;
    readonly at: number;
    readonly payees: readonly PlannedPayee[];
    readonly askedWithinMs: number;
  },
): Ask {
  const fundingAccount = pick(chance, FUNDS);
  const { payeeId } = pick(chance, of.payees);
  const size = chance();
  const amount = Math.ceil((size < 0.02 ? 70_000_00 : size < 0.1 ? 9_000_00 : 300_00) * (0.1 + chance()));
  return {
    at: WAVE_START + Math.floor(chance() * of.askedWithinMs),
    businessKey: `claim:clm_${of.seed}_${of.at}:decision:1`,
    payeeId,
    amount: { amount, currency: fundingAccount.slice(-3) },
    fundingAccount,
    incidentAt: chance() < 0.9 ? WAVE_START - 48 * HOUR : undefined,
    assessors: chance() < 0.5 ? [pick(chance, PERSONS)] : [],
    by: pick(chance, DESKS),
    againAfterMs: chance() < 0.08 ? Math.floor(chance() * (chance() < 0.5 ? 50 : 600_000)) : undefined,
    thenOther: chance() < 0.02,
  };
}

function spans(chance: Chance, withinMs: number, long: boolean): readonly Span[] {
  const from = WAVE_START + Math.floor(chance() * withinMs);
  const lasts = long ? (21 + chance() * 8) * HOUR : (1 + chance() * 20) * MINUTE;
  return [{ from, to: from + Math.floor(lasts) }];
}

export function pick<T>(chance: Chance, from: readonly [T, ...T[]] | readonly T[]): T {
  const found = from[Math.floor(chance() * from.length)];
  if (found === undefined) throw new RangeError('There is nothing to pick from.');
  return found;
}
