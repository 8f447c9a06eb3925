import assert from 'node:assert/strict';
import type { Document } from 'mongodb';
import { useTestDatabase } from '../../server/database/testing/test-database.ts';
import type { Answer } from './acknowledgements.ts';
import { audit } from './audit.ts';
import type { SentEvent } from './traffic.ts';

/** Two starts of one rider's day and an end, as sent, as stored and as answered, by hand. */
const SOURCE = '//platform/shifts';
const COVER = 'cover-of-the-day';
const sentEvent = (id: string, kind: string, time: string): SentEvent => ({
  specversion: '1.0',
  id,
  source: SOURCE,
  type: `com.parasol.shift.${kind}.v1`,
  time,
  data: { workerId: 'rider', shiftId: `shift-${id}`, occupationClass: 'rider', territory: 'CN', declaredAge: 30 },
});
const SENT = [
  sentEvent('first', 'started', '2026-03-01T00:00:00.000Z'),
  sentEvent('second', 'started', '2026-03-01T04:00:00.000Z'),
  sentEvent('end', 'ended', '2026-03-01T05:00:00.000Z'),
];
const RECEIVED = '2026-03-01T05:00:01.000Z';

const storedEvent = ({ id, type, time, data }: SentEvent): Document => ({
  _id: `plt/${id}`,
  source: SOURCE,
  eventId: id,
  type: type.slice('com.parasol.'.length, -'.v1'.length),
  time: new Date(time),
  receivedAt: new Date(RECEIVED),
  ...{ workerId: 'wrk_1', externalId: data.workerId, shiftId: data.shiftId },
  ...{ occupationClass: data.occupationClass, territory: data.territory, declaredAge: data.declaredAge },
});
const cover = (more: Document = {}): Document => ({
  ...{ _id: COVER, policyId: 'pol_1', workerId: 'wrk_1', productDay: '2026-03-01', openedBy: 'plt/first' },
  ...more,
});
const answerTo = ({ id }: SentEvent): Answer => ({
  ...{ eventId: `plt/${id}`, workerId: 'wrk_1', receivedAt: RECEIVED },
  verdict: id === 'end' ? 'ended' : id === 'first' ? 'covered' : 'already_covered',
  ...(id !== 'end' && {
    ...{ coverId: COVER, productDay: '2026-03-01', premium: { amount: 300, currency: 'CNY', final: true } },
  }),
});

interface Books {
  events: Document[];
  covers: Document[];
  sent: SentEvent[];
  answers: Map<string, Answer>;
}

describe('the auditor', () => {
  const database = useTestDatabase({ migrate: false });

  async function auditOf(change: (books: Books) => void) {
    const books: Books = {
      events: SENT.map(storedEvent),
      covers: [cover()],
      sent: [...SENT],
      answers: new Map(SENT.map((event) => [event.id, answerTo(event)])),
    };
    change(books);
    for (const [name, documents] of [
      ['shift_events', books.events],
      ['covers', books.covers],
      ['workers', [{ externalId: 'rider' }]],
    ] as const) {
      await database.db.collection(name).deleteMany({});
      if (documents.length > 0) await database.db.collection(name).insertMany(documents);
    }
    const sent = new Map(books.sent.map((event) => [event.id, event]));
    const { answers } = books;
    return audit({ databaseUri: database.uri, source: SOURCE, policyId: 'pol_1', sent, answers });
  }

  it('finds nothing in books that are right', async () => {
    const report = await auditOf(() => undefined);
    assert.deepEqual([...report.lost, ...report.duplicated, ...report.wrong], []);
    assert.deepEqual(report.premium, { recounted: 300, answered: 300 });
    assert.deepEqual([report.events, report.covers], [3, 1]);
  });

  const faults: readonly [string, 'lost' | 'duplicated' | 'wrong', RegExp, (books: Books) => void][] = [
    ['an acknowledged event that is gone', 'lost', /end was acknowledged/, ({ events }) => events.splice(2)],
    [
      'a changed time',
      'lost',
      /second: time was/,
      ({ events }) => Object.assign(events[1] ?? {}, { time: new Date(0) }),
    ],
    [
      'a changed worker',
      'lost',
      /workerId was rider/,
      ({ events }) => Object.assign(events[2] ?? {}, { externalId: 'x' }),
    ],
    ['a cover that is gone', 'lost', /has no cover/, ({ covers }) => covers.splice(0)],
    [
      'an event stored twice',
      'duplicated',
      /first is stored twice/,
      ({ events }) => events.push({ ...events[0], _id: 2 }),
    ],
    ['a second cover', 'duplicated', /two covers/, ({ covers }) => covers.push(cover({ _id: 'other' }))],
    ['an event that nobody sent', 'wrong', /nobody sent/, ({ sent, answers }) => answers.delete(sent.pop()?.id ?? '')],
    [
      'a cover for nothing',
      'wrong',
      /no stored start/,
      ({ covers }) => covers.push(cover({ _id: 'x', workerId: 'y' })),
    ],
    [
      'another opener',
      'wrong',
      /verdict was answered/,
      ({ covers }) => covers.splice(0, 1, cover({ openedBy: 'plt/second' })),
    ],
    [
      'another receipt',
      'wrong',
      /receivedAt/,
      ({ answers }) => answers.set('end', { ...answers.get('end'), receivedAt: 0 }),
    ],
    [
      'another price',
      'wrong',
      /premium/,
      ({ answers }) => answers.set('first', { ...answers.get('first'), premium: {} }),
    ],
  ];
  for (const [name, kind, sentence, change] of faults) {
    it(`finds ${name}`, async () => {
      const report = await auditOf(change);
      assert.match(report[kind].join('\n'), sentence);
    });
  }

  it('recounts the premium whatever was answered', async () => {
    const { premium } = await auditOf(({ answers }) => answers.delete('first'));
    assert.deepEqual(premium, { recounted: 300, answered: 0 });
  });
});
