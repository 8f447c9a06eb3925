import assert from 'node:assert/strict';
import { clock, policy, WorkerStory } from './testing/worker-story.ts';

const hourly = policy({ product: 'hourly-work@1' });

describe('the verdict', () => {
  it('names the cover, its window and the events that decided it', () => {
    const story = new WorkerStory({ policies: [hourly] });
    story.started({ at: '08:00', shiftId: 'a' });
    story.ended({ at: '09:00', shiftId: 'a' });
    story.started({ at: '12:00', shiftId: 'b' });
    story.ended({ at: '13:00', shiftId: 'b' });
    const verdict = story.verdict('12:30');
    assert.equal(verdict.covered, true);
    assert.deepEqual(verdict.decidedBy, ['evt_0003', 'evt_0004']);
    assert.deepEqual(verdict.covers[0]?.window, { from: clock('12:00'), to: clock('13:15') });
    assert.equal(verdict.covers[0]?.windows.length, 2);
    assert.equal(verdict.covers[0]?.coverId, story.covers[0]?.coverId);
    assert.equal(verdict.needsPerson, false);
    assert.deepEqual(verdict.contradictions, []);
  });

  const whyNot: [string, (story: WorkerStory) => void, string[]][] = [
    ['nothing was reported', () => undefined, ['no_work_reported']],
    [
      'the work was over',
      (story) => void [story.started({ at: '06:00' }), story.ended({ at: '07:00' })],
      ['outside_window'],
    ],
    ['the start was refused', (story) => void story.started({ at: '08:00', declaredAge: 15 }), ['age_below']],
    [
      'two starts were refused: by code',
      (story) => void [story.started({ at: '08:00', declaredAge: 66 }), story.started({ at: '08:00', territory: 'x' })],
      ['territory_not_covered', 'age_above'],
    ],
    [
      'a refused start whose work had ended by then',
      (story) => void [story.started({ at: '07:00', declaredAge: 15 }), story.ended({ at: '08:00' })],
      ['no_work_reported'],
    ],
    ['it was reported later', (story) => void story.started({ at: '08:00', received: '08:45' }), ['late_from_receipt']],
    [
      'it was reported when it was over',
      (story) => void [story.ended({ at: '09:00' }), story.started({ at: '08:00', received: '09:45' })],
      ['late_and_over'],
    ],
  ];
  for (const [what, tell, reasons] of whyNot) {
    it(`at 08:30 not covered, as ${what}: ${reasons.join(', ')}`, () => {
      const story = new WorkerStory({ policies: [hourly] });
      tell(story);
      const verdict = story.verdict('08:30');
      assert.equal(verdict.covered, false);
      assert.deepEqual(verdict.reasons, reasons);
      assert.deepEqual(verdict.covers, []);
    });
  }

  it('shows both times: as known then and as known now (G19)', () => {
    const story = new WorkerStory({ policies: [hourly] });
    story.started({ at: '08:00', received: '08:06' });
    assert.equal(story.verdict('08:03', '08:03').covered, false);
    assert.equal(story.verdict('08:03', '08:06').covered, true);
    assert.equal(story.verdict('08:03').covered, true);
  });

  it('sends to a person what holds only because of a later receipt, whatever the grace (G10)', () => {
    const story = new WorkerStory({ policies: [hourly] });
    story.started({ at: '08:00', received: '08:06' });
    assert.equal(story.verdict('08:05:59.999').needsPerson, true);
    assert.equal(story.verdict('08:06').needsPerson, false);
  });

  it('tells a clip only once it has come', () => {
    const story = new WorkerStory({ policies: [hourly] });
    story.started({ at: '08:00' });
    const codes = (at: string) => story.verdict(at).contradictions.map(({ code }) => code);
    assert.deepEqual(codes('12:00'), []);
    assert.deepEqual(codes('+1 00:05'), ['clipped_at_longest_shift']);
  });

  it('reports a shift that another worker had started first', () => {
    const story = new WorkerStory({ otherShiftOwner: 'wrk_b' });
    story.started({ at: '08:00' });
    const verdict = story.verdict('08:30');
    assert.deepEqual(verdict.reasons, ['shift_of_other_worker']);
    assert.deepEqual(verdict.contradictions, [
      { code: 'shift_of_other_worker', shiftId: 's1', eventIds: ['evt_0001'] },
    ]);
  });

  it('sees a person once under several policies', () => {
    const story = new WorkerStory({ policies: [policy(), { ...hourly, policyId: 'pol_b' }] });
    story.started({ at: '08:00', shiftId: 'a', policyId: 'pol_a' });
    story.started({ at: '08:20', shiftId: 'b', policyId: 'pol_b' });
    story.ended({ at: '09:00', shiftId: 'b' });
    assert.deepEqual(
      ['08:10', '08:30', '09:15'].map((at) => story.verdict(at).covers.map(({ policyId }) => policyId)),
      [['pol_a'], ['pol_a', 'pol_b'], ['pol_a']],
    );
    assert.deepEqual(story.verdict('08:30').decidedBy, ['evt_0001', 'evt_0002', 'evt_0003']);
  });
});
