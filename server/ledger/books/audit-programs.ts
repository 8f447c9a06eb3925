import { currencyOf } from '../../../programs/ledger/chart.ts';
import { checkProgram, type ProgramFacts } from '../../../programs/ledger/check-program.ts';
import type { Breach } from '../../../programs/ledger/invariants.ts';
import type { LedgerView } from './read-ledger.ts';

/** The accounts of all programs, as a range of ids: `;` follows `:`. */
const PROGRAMS = { $gte: 'program:', $lt: 'program;' } as const;

interface Moved {
  readonly _id: { readonly debit: string; readonly credit: string; readonly kind: string; readonly currency: string };
  readonly amount: number;
}

/** L12 of every program and currency, as of the view's moment. */
export async function* auditPrograms(view: LedgerView): AsyncGenerator<Breach> {
  for (const facts of await readPrograms(view)) yield* checkProgram(facts);
}

export async function readPrograms({ transfers, accounts, moment }: LedgerView): Promise<readonly ProgramFacts[]> {
  const found = new Map<string, { program: string; currency: string; inflows: Map<string, number>; balance: number }>();
  const factsOf = (program: string, currency: string) => {
    const key = `${program} ${currency}`;
    const facts = found.get(key) ?? { program, currency, inflows: new Map<string, number>(), balance: 0 };
    found.set(key, facts);
    return facts;
  };
  for await (const { _id, creditsPosted, debitsPosted } of accounts.find({ _id: PROGRAMS }, moment)) {
    factsOf(_id.split(':')[1] ?? '', currencyOf(_id)).balance += creditsPosted - debitsPosted;
  }
  const programOf = (account: string) => ({
    $cond: [
      { $eq: [{ $indexOfBytes: [account, 'program:'] }, 0] },
      { $arrayElemAt: [{ $split: [account, ':'] }, 1] },
      '',
    ],
  });
  for (const side of [{ debit: PROGRAMS }, { credit: PROGRAMS, debit: { $not: PROGRAMS } }]) {
    const moved = transfers.aggregate<Moved>(
      [
        { $match: { ...side, type: { $in: ['posted', 'post'] } } },
        {
          $group: {
            _id: { debit: programOf('$debit'), credit: programOf('$credit'), kind: '$kind', currency: '$currency' },
            amount: { $sum: '$amount' },
          },
        },
      ],
      { ...moment, allowDiskUse: true },
    );
    for await (const { _id, amount } of moved) {
      const { debit, credit, kind, currency } = _id;
      if (debit === credit) continue;
      for (const [program, inflow] of [
        [debit, -amount],
        [credit, amount],
      ] as const) {
        if (program === '') continue;
        const { inflows } = factsOf(program, currency);
        inflows.set(kind, (inflows.get(kind) ?? 0) + inflow);
      }
    }
  }
  return [...found.values()];
}
