import type { Collection } from 'mongodb';
import type { Services } from '../services.ts';

interface Row {
  _id: string;
}

/** The driver's own collections, for writes that Mongoose would cast: longs, transactions, bulk writes. */
export const periodRows = ({ database }: Pick<Services, 'database'>): Collection<Row> =>
  database.db.collection<Row>('periods');

export const statementLineRows = ({ database }: Pick<Services, 'database'>): Collection<Row> =>
  database.db.collection<Row>('statement_lines');

export const bordereauLineRows = ({ database }: Pick<Services, 'database'>): Collection<Row> =>
  database.db.collection<Row>('bordereau_lines');
