import Joi from 'joi';
import { formatInstant, type Instant } from '../../../programs/calendar.ts';
import { TRANSFER_KINDS } from '../../../programs/ledger/transfer-kinds.ts';
import { checkRange } from '../../http/check-range.ts';
import { csvReply } from '../../http/csv-reply.ts';
import { decodeCursor, pageReply, pageSchema } from '../../http/paginate.ts';
import { route, type AnyRoute } from '../../http/route.ts';
import { cursor, instant, localDay, pageLimit } from '../../http/validate.ts';
import { exportTransfers } from './export-transfers.ts';
import { listAccounts, readAccount } from './list-accounts.ts';
import { listTransfers, transferKey, type TransferFilter } from './list-transfers.ts';
import {
  accountSchema,
  renderAccount,
  renderTransfer,
  renderTrialLine,
  transferSchema,
  trialBalanceSchema,
} from './render-books.ts';
import { trialBalance } from './trial-balance.ts';

type Page = { limit: number; cursor?: string };

const accountId = Joi.string()
  .pattern(/^[A-Za-z0-9_:-]{1,200}$/)
  .example('policy:pol_1:receivable:CNY');
const prefix = Joi.string()
  .pattern(/^[A-Za-z0-9_:-]{1,200}$/)
  .optional()
  .description('Only accounts whose id begins so, `program:prg_1:`.');
const transferId = Joi.string().pattern(/^[\x21-\x7e]{1,200}$/);

const filterSchema = {
  account: accountId.optional().description('On either side.'),
  kind: Joi.string()
    .valid(...Object.keys(TRANSFER_KINDS))
    .optional(),
  from: localDay.optional().description('First day of `effectiveOn`.'),
  to: localDay.optional().description('Last day of `effectiveOn`, inclusive.'),
  resolves: transferId.optional().description('The one that ends this pending transfer.'),
  togetherWith: transferId.optional().description('This transfer and those that were committed together with it.'),
};

const common = {
  method: 'get',
  tag: 'Ledger',
  allow: ['operator'],
  scope: 'ledger:read',
  tenant: 'The books are our own, over all tenants: only operators with the scope, auditors among them, see them.',
} as const;

export const bookRoutes: readonly AnyRoute[] = [
  route({
    ...common,
    path: '/v1/ledger/accounts',
    operationId: 'listLedgerAccounts',
    summary: 'Accounts of the books with their totals, in the order of their ids',
    query: Joi.object<Page & { prefix?: string }>({ prefix, limit: pageLimit, cursor }),
    responses: {
      200: {
        description: 'A page of accounts.',
        schema: pageSchema(accountSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { query }) {
      const [after] = query.cursor === undefined ? [undefined] : decodeCursor(query.cursor, ['string']);
      const accounts = await listAccounts(services, { prefix: query.prefix, limit: query.limit, after });
      return pageReply(accounts, query.limit, ({ _id }) => [_id], renderAccount);
    },
  }),
  route({
    ...common,
    path: '/v1/ledger/accounts/{id}',
    operationId: 'getLedgerAccount',
    summary: 'An account of the books: totals, balance, place in the chart',
    description: 'An account exists from its first transfer on.',
    params: Joi.object<{ id: string }>({ id: accountId }),
    responses: { 200: { description: 'The account.', schema: accountSchema } },
    problems: ['account_not_found'],
    async handle(services, { params }) {
      return { status: 200, json: renderAccount(await readAccount(services, params.id)) };
    },
  }),
  route({
    ...common,
    path: '/v1/ledger/transfers',
    operationId: 'listLedgerTransfers',
    summary: 'Transfers of the books, latest day first',
    description:
      'Within a day by id; those of an account the other way round of how they were booked. A transfer never changes; what was wrong is corrected by another one.',
    query: Joi.object<TransferFilter & Page>({ ...filterSchema, limit: pageLimit, cursor }),
    responses: {
      200: {
        description: 'A page of transfers.',
        schema: pageSchema(transferSchema),
      },
    },
    problems: ['cursor_invalid'],
    async handle(services, { query: { cursor: text, limit, ...filter } }) {
      checkRange(filter);
      const place = filter.account === undefined ? 'string' : 'number';
      const after = text === undefined ? undefined : decodeCursor(text, ['string', place]);
      const transfers = await listTransfers(services, { ...filter, limit, after });
      return pageReply(transfers, limit, (each) => transferKey(each, filter.account), renderTransfer);
    },
  }),
  route({
    ...common,
    path: '/v1/ledger/transfers.csv',
    operationId: 'exportLedgerTransfers',
    summary: 'The same transfers as CSV, all of them, earliest day first',
    description:
      'Amounts in major units beside their currency; `date` is the local day to which a transfer counts, `booked_at` is UTC. Cells that a spreadsheet would run as a formula are quoted.',
    query: Joi.object<TransferFilter>(filterSchema),
    responses: { 200: { description: 'One row for each transfer.', contentType: 'text/csv', schema: Joi.string() } },
    async handle(services, { query }) {
      checkRange(query);
      return csvReply('transfers.csv', exportTransfers(services, query));
    },
  }),
  route({
    ...common,
    path: '/v1/ledger/trial-balance',
    operationId: 'getTrialBalance',
    summary: "Every account's totals as of an instant",
    query: Joi.object<Page & { asOf?: Instant; currency?: string; prefix?: string }>({
      asOf: instant.optional().description('What was booked up to and with it; default now.'),
      currency: Joi.string()
        .pattern(/^[A-Z]{3}$/)
        .optional(),
      prefix,
      limit: pageLimit,
      cursor,
    }),
    responses: { 200: { description: 'A page of lines, and the totals of all.', schema: trialBalanceSchema } },
    problems: ['cursor_invalid'],
    async handle(services, { query: { cursor: text, limit, ...asked } }) {
      const [after = ''] = text === undefined ? [] : decodeCursor(text, ['string']);
      const { asOf, provisional, totals, lines } = await trialBalance(services, asked);
      const rest = lines.filter(({ account }) => account > after).slice(0, limit + 1);
      const shown = rest.slice(0, limit);
      const page = pageReply(rest, limit, ({ account }) => [account], renderTrialLine);
      const next = page.nextCursor ?? null;
      return {
        ...page,
        json: { asOf: formatInstant(asOf), provisional, totals, data: shown.map(renderTrialLine), nextCursor: next },
      };
    },
  }),
];
