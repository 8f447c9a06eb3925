import type { Db } from 'mongodb';

/**
 * Notices (what a job found and told), the cursors of jobs that walk along receipts, and Agenda's own collection with the
 * indexes that its queries want; `single` jobs are unique by name, so two processes that start at once make one.
 */
export const notices = {
  id: '0002-notices',
  async up(db: Db): Promise<void> {
    const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const name of ['notices', 'job_cursors', 'agenda_jobs']) {
      if (!existing.has(name)) await db.createCollection(name);
    }
    await db.collection('notices').createIndexes([{ key: { platformId: 1, noticedAt: 1 } }]);
    await db
      .collection('agenda_jobs')
      .createIndexes([
        { key: { name: 1, type: 1 }, unique: true, partialFilterExpression: { type: 'single' } },
        { key: { name: 1, disabled: 1, lockedAt: 1 } },
        { key: { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 } },
      ]);
  },
};
