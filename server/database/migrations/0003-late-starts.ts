import type { Db } from 'mongodb';

/** Starts reported late, by platform and time: the gaps report reads these few and not the platform's whole work (G9). */
export const lateStarts = {
  id: '0003-late-starts',
  async up(db: Db): Promise<void> {
    await db
      .collection('shift_events')
      .createIndex(
        { platformId: 1, time: 1 },
        { name: 'late_starts', partialFilterExpression: { 'decision.flags': 'late' } },
      );
  },
};
