import assert from 'node:assert/strict';
import { checkProgram, PROGRAM_MEANING, programTerms } from './check-program.ts';
import { TRANSFER_KINDS } from './transfer-kinds.ts';

const facts = (inflows: Readonly<Record<string, number>>, balance: number) => ({
  program: 'prg_1',
  currency: 'CNY',
  inflows: new Map(Object.entries(inflows)),
  balance,
});

describe('the identity of a program (H5, L12)', () => {
  const FLOWS = {
    donation_received: 100_000,
    donation_matched: 50_000,
    donation_refunded: -5_000,
    donation_disputed: -10_000,
    donation_fee: -3_000,
    program_expense: -2_000,
    program_spent: -40_000,
    payout: -20_000,
    payout_returned: 4_000,
    payout_recovered: 1_000,
    program_loss: -500,
    envelope_opened: -8_000,
    envelope_closed: 3_000,
  };
  const LEFT = Object.values(FLOWS).reduce((sum, flow) => sum + flow, 0);

  it('holds when what came in is there, was used or is set apart', () => {
    assert.deepEqual(checkProgram(facts(FLOWS, LEFT)), []);
    assert.deepEqual(checkProgram(facts({}, 0)), []);
  });

  it('tells each term', () => {
    assert.deepEqual(programTerms(facts(FLOWS, LEFT)).terms, {
      gross: 100_000,
      matches: 50_000,
      refunds: 5_000,
      disputes: 10_000,
      spent: 60_000,
      returned: 4_000,
      recovered: 1_000,
      setApart: 5_000,
      fees: 3_000,
      expenses: 2_000,
      losses: 500,
    });
  });

  it('holds for a deficit after a lost dispute', () => {
    assert.deepEqual(
      checkProgram(facts({ donation_received: 100, program_spent: -100, donation_disputed: -100 }, -100)),
      [],
    );
  });

  it('does not hold when money is missing, or came under a kind that has no business there', () => {
    assert.match(checkProgram(facts(FLOWS, LEFT - 1))[0]?.message ?? '', /Net gifts are 135000; .* is 134999/);
    const [stranger] = checkProgram(facts({ ...FLOWS, premium_charged: 7 }, LEFT + 7));
    assert.match(stranger?.message ?? '', /premium_charged has no business/);
  });

  it('gives a meaning to kinds that exist', () => {
    for (const kind of Object.keys(PROGRAM_MEANING)) assert.ok(kind in TRANSFER_KINDS, kind);
  });
});
