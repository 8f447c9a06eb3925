import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { receivableWrite } from '../invoices/receivable-write.ts';
import type { Services } from '../services.ts';
import { prepareStatement } from './prepare-statement.ts';
import type { StatementDocument } from './statement-model.ts';

export interface PostStatements {
  readonly actor: ActorOf<'operator'>;
  readonly onProgress?: (statement: StatementDocument, done: number) => void;
}

/** Read at a time. */
const PAGE = 100;
const TRIES_MAX = 20;

/** How many issued statements the ledger does not know yet. */
export async function unpostedStatements({ models }: Pick<Services, 'models'>): Promise<number> {
  return models.statements.countDocuments(UNPOSTED);
}

/** Issued before statements were booked as they appear, or by a process of that age. */
const UNPOSTED = { month: null } as const;

/**
 * Books every issued statement that the ledger does not know yet, and makes its bordereau lines: as the close itself does,
 * but for the news, which is old. Again, or at once with another, it changes nothing. Answers how many it booked.
 * Throws `wrong_credentials` for anybody but an operator.
 */
export async function postStatements(services: Services, { actor, onProgress }: PostStatements): Promise<number> {
  if (actor.kind !== 'operator') {
    throw new Refusal('forbidden', 'wrong_credentials', 'Only an operator books statements.');
  }
  let posted = 0;
  let after = '';
  for (;;) {
    const page = await services.models.statements
      .find({ ...UNPOSTED, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(PAGE)
      .lean();
    for (const statement of page) {
      if (!(await postOne(services, statement))) continue;
      posted += 1;
      onProgress?.(statement, posted);
    }
    const last = page.at(-1);
    if (last === undefined) return posted;
    after = last._id;
  }
}

/** False when somebody else booked it meanwhile. */
async function postOne(services: Services, statement: StatementDocument): Promise<boolean> {
  const { _id, closeKey, platformId, policyId, productDay, lineCount, total, issuedAt } = statement;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const named = { statementId: _id, closeKey, policyId, productDay, lineCount, total };
    const { transfers, writes, booked } = await prepareStatement(services, named);
    const mark = {
      ...({ kind: 'update', collection: 'statements', id: _id } as const),
      guard: UNPOSTED,
      update: { $set: booked },
    };
    const due = await receivableWrite(services, {
      statementId: _id,
      platformId,
      policyId,
      productDay,
      total,
      issuedAt,
    });
    const result = await services.ledger.commit({ id: closeKey, transfers, writes: [mark, due, ...writes] });
    if (result.status !== 'refused') return result.status === 'committed';
    // Booked meanwhile, perhaps into another month: then the statement says so.
    if (!(await services.models.statements.exists({ _id, ...UNPOSTED }))) return false;
    if (result.code !== 'month_closed') {
      throw new Error(`The ledger refuses ${closeKey}: ${result.code}, ${result.message}`);
    }
  }
  throw new Error(`Months were closed ${TRIES_MAX} times while ${closeKey} was being booked.`);
}
