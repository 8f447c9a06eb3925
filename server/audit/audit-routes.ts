import Joi from 'joi';
import { Refusal } from '../../programs/refusal.ts';
import { decodeCursor, pageReply, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute } from '../http/route.ts';
import { cursor, pageLimit } from '../http/validate.ts';
import type { DisclosureDocument } from './disclosure-model.ts';
import { listDisclosures } from './list-disclosures.ts';

function renderDisclosure(row: DisclosureDocument) {
  return {
    id: row._id,
    workerId: row.workerId,
    reader: row.reader,
    purpose: row.purpose,
    basis: row.basis,
    firstAt: row.firstAt.toISOString(),
  };
}

const disclosureView = Joi.object({
  id: Joi.string(),
  workerId: Joi.string(),
  reader: Joi.string().description(
    'Who read it: `platform:plt_...`, `operator:opr_...`, `public` for a certificate code.',
  ),
  purpose: Joi.string().valid('cover_check', 'covers', 'certificate', 'worker', 'report', 'export', 'support'),
  basis: Joi.string()
    .valid('own_policy', 'consent', 'public_code', 'operator', 'self')
    .description('What the reading rested on.'),
  firstAt: Joi.string().description('The first time within the hour; repeats of the hour are not listed.'),
});

const example = {
  id: 'dis_5p3k1c8h0w9zq2m7r4tj6vbxae',
  workerId: 'wrk_5p3k1c8h0w9zq2m7r4tj6vbxae',
  reader: 'platform:plt_example',
  purpose: 'cover_check',
  basis: 'own_policy',
  firstAt: '2026-03-01T08:00:00.000Z',
};

const disclosures = route({
  method: 'get',
  path: '/v1/me/disclosures',
  operationId: 'listDisclosures',
  summary: 'Who read my data',
  description:
    "Newest first, one row per reader, purpose and hour. A person's token shows all; a worker's token shows the readings of that worker that rest on anything but the person's consent.",
  tag: 'Me',
  allow: ['worker', 'person'],
  tenant: "Only rows of the token's worker, or of the token's person's proved workers.",
  query: Joi.object<{ limit: number; cursor?: string }>({ limit: pageLimit, cursor }),
  responses: {
    200: {
      description: 'A page of disclosures.',
      schema: pageSchema(disclosureView),
      example: { data: [example], nextCursor: null },
    },
  },
  problems: ['cursor_invalid'],
  async handle(services, { actor, query }) {
    const { limit } = query;
    const key = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['number', 'string']);
    if (key !== undefined && !isInstant(key[0])) {
      throw new Refusal(
        'invalid',
        'cursor_invalid',
        'The cursor is not one that we gave: take nextCursor of the last page.',
      );
    }
    const after = key === undefined ? {} : { after: { firstAt: key[0], id: key[1] } };
    const found = await listDisclosures(services, { actor, limit, ...after });
    return pageReply(found, limit, ({ firstAt, _id }) => [firstAt.getTime(), _id], renderDisclosure);
  },
});

/** What a date can hold; a number that somebody made up may be more. */
const isInstant = (value: number): boolean => !Number.isNaN(new Date(value).getTime());

export const auditRoutes: readonly AnyRoute[] = [disclosures];
