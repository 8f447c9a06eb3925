import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import type { Services } from '../services.ts';
import { tenantOf } from './list-statements.ts';
import type { StatementDocument, StatementLineDocument } from './statement-model.ts';

export interface ReadStatement {
  readonly actor: ActorOf<'platform' | 'operator'>;
  readonly statementId: string;
}

/**
 * An issued statement of the actor's own. Throws `not_found` `statement_not_found`, also for another platform's: whether
 * that exists is not told.
 */
export async function readStatement(
  { models }: Pick<Services, 'models'>,
  { actor, statementId }: ReadStatement,
): Promise<StatementDocument> {
  const statement = await models.statements.findOne({ _id: statementId, ...tenantOf(actor) }).lean();
  if (statement) return statement;
  throw new Refusal('not_found', 'statement_not_found', `There is no statement ${statementId} of yours.`);
}

export interface StatementLine extends StatementLineDocument {
  /** The platform's own id of the worker. */
  readonly externalId: string | undefined;
}

/** A page of a statement's lines in the order of their ids (day, worker), one more than the limit when there are more. */
export async function readStatementLines(
  services: Pick<Services, 'models'>,
  { statement, limit, afterLineId }: { statement: StatementDocument; limit: number; afterLineId?: string | undefined },
): Promise<readonly StatementLine[]> {
  const lines = await services.models.statementLines
    .find({ statementId: statement._id, ...(afterLineId !== undefined && { _id: { $gt: afterLineId } }) })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean();
  return withExternalIds(services, lines);
}

/** All lines of a statement, in batches, however many they are. */
export async function* allStatementLines(
  services: Pick<Services, 'models'>,
  statement: StatementDocument,
  batchSize = 500,
): AsyncGenerator<readonly StatementLine[]> {
  let afterLineId: string | undefined;
  for (;;) {
    const lines = await readStatementLines(services, { statement, limit: batchSize, afterLineId });
    const batch = lines.slice(0, batchSize);
    if (batch.length > 0) yield batch;
    if (lines.length <= batchSize) return;
    afterLineId = batch.at(-1)?._id;
  }
}

async function withExternalIds(
  { models }: Pick<Services, 'models'>,
  lines: readonly StatementLineDocument[],
): Promise<readonly StatementLine[]> {
  const workers = await models.workers
    .find({ _id: { $in: lines.map(({ workerId }) => workerId) } }, { externalId: 1 })
    .lean();
  const externalIds = new Map(workers.map(({ _id, externalId }) => [_id, externalId]));
  return lines.map((line) => ({ ...line, externalId: externalIds.get(line.workerId) }));
}
