import Joi from 'joi';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { csvReply } from '../http/csv-reply.ts';
import { decodeCursor, encodeCursor, pageSchema } from '../http/paginate.ts';
import { route, type AnyRoute, type Reply } from '../http/route.ts';
import { cursor, localDay, pageLimit } from '../http/validate.ts';
import type { Services } from '../services.ts';
import {
  COVERS_EXAMINED_MAX,
  GAP_KINDS,
  gapReport,
  type Gap,
  type GapCursor,
  type GapKind,
  type GapStep,
} from './gap-report.ts';
import { gapCsvHead, gapCsvRow, gapSchema, renderGap } from './render-gap.ts';

interface GapQuery {
  readonly from: string;
  readonly to: string;
  readonly kind?: GapKind;
  readonly format: 'json' | 'csv';
  readonly limit: number;
  readonly cursor?: string;
}

export const reportRoutes: readonly AnyRoute[] = [
  route({
    method: 'get',
    path: '/v1/reports/gaps',
    operationId: 'reportGaps',
    summary: 'Work without cover and why, and cover without work',
    description:
      'Refused starts with their reasons, the uninsured parts of starts reported late, and reserved covers of which no valid start stands. A page may be shorter than `limit` and still have a `nextCursor`. `format=csv` gives everything at once.',
    tag: 'Reports',
    allow: ['platform'],
    scope: 'reports:read',
    tenant: "Reads events and covers of the key's platform only.",
    query: Joi.object<GapQuery>({
      from: localDay.description("First product day, in the zone of the platform's first policy."),
      to: localDay.description('Last product day, inclusive; at most 92 days.'),
      kind: Joi.string()
        .valid(...GAP_KINDS)
        .optional(),
      format: Joi.string().valid('json', 'csv').optional().default('json'),
      limit: pageLimit,
      cursor,
    }),
    responses: {
      200: {
        description: 'A page of gaps, kind by kind; or with `format=csv` a table (`text/csv`) of all of them.',
        schema: pageSchema(gapSchema).meta({
          title: 'GapPage',
        }),
        example: {
          data: [
            {
              kind: 'not_covered',
              from: '2026-03-01T10:00:00.000Z',
              receivedAt: '2026-03-01T10:00:01.000Z',
              workerId: 'wrk_01jz8m7q4x2v9t5b3n6k8d0e1f',
              externalId: 'rider-7',
              shiftId: 'shift-1',
              eventId: 'plt_demo/urn%3Ademo%3Aplatform/shift-1-start',
              reasons: [
                {
                  code: 'C01',
                  name: 'no_policy',
                  text: { en: 'No policy covers this work.', zh: '没有保单承保此项工作。' },
                },
              ],
              why: { en: 'No policy covers this work.', zh: '没有保单承保此项工作。' },
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: ['range_invalid', 'cursor_invalid', 'too_many_events'],
    async handle(services, { actor, query }) {
      return query.format === 'csv' ? gapsAsCsv(services, actor, query) : pageOf(services, actor, query);
    },
  }),
];

async function pageOf(services: Services, actor: ActorOf<'platform'>, query: GapQuery): Promise<Reply> {
  const gaps: Gap[] = [];
  let next: GapCursor | undefined;
  let isMore = false;
  let examined = 0;
  for await (const step of await stepsOf(services, actor, query)) {
    if (step.gap && gaps.length === query.limit) {
      isMore = true;
      break;
    }
    if (step.gap) gaps.push(step.gap);
    next = step.next;
    examined += step.examined ?? 0;
    if (examined >= COVERS_EXAMINED_MAX) {
      isMore = true;
      break;
    }
  }
  for (const gap of gaps) noteReader(services, actor, gap);
  const nextCursor = isMore && next ? encodeCursor([next.kind, String(next.at), next.seen]) : null;
  const reply = { status: 200, json: { data: gaps.map(renderGap), nextCursor } };
  return nextCursor === null ? reply : { ...reply, nextCursor };
}

async function gapsAsCsv(services: Services, actor: ActorOf<'platform'>, query: GapQuery): Promise<Reply> {
  const steps = await stepsOf(services, actor, query);
  return csvReply(`gaps-${query.from}-${query.to}.csv`, csvOf(services, actor, steps));
}

async function* csvOf(
  services: Services,
  actor: ActorOf<'platform'>,
  steps: AsyncIterable<GapStep>,
): AsyncGenerator<string> {
  yield gapCsvHead();
  for await (const { gap } of steps) {
    if (!gap) continue;
    noteReader(services, actor, gap);
    yield gapCsvRow(gap);
  }
}

function stepsOf(services: Services, actor: ActorOf<'platform'>, { from, to, kind, cursor: given }: GapQuery) {
  const after = given === undefined ? undefined : cursorOf(given);
  return gapReport(services, { actor, from, to, ...(kind && { kind }), ...(after && { after }) });
}

function cursorOf(given: string): GapCursor {
  const [name, at, seen] = decodeCursor(given, ['string', 'string', 'number']);
  const kind = GAP_KINDS.find((known) => known === name);
  const place = kind === 'cover_without_work' ? at : Number(at);
  if (kind === undefined || (typeof place === 'number' && !Number.isSafeInteger(place))) {
    throw new Refusal(
      'invalid',
      'cursor_invalid',
      'The cursor is not one that we gave: take nextCursor of the last page.',
    );
  }
  return { kind, at: place, seen };
}

function noteReader(services: Services, reader: ActorOf<'platform'>, gap: Gap): void {
  const { workerId } = gap.kind === 'cover_without_work' ? gap.folded.terms : gap.fact;
  services.disclosures.note({ workerId, reader, purpose: 'report', basis: 'own_policy' });
}
