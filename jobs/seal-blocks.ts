import { sealBlocks } from '../server/ledger/books/seal-blocks.ts';
import { takeSnapshot } from '../server/ledger/books/take-snapshot.ts';
import type { Tick } from './schedule.ts';

/** Seals the transfers that are old enough, and writes down the totals at the last block when a snapshot is due. */
export const sealBlocksTick: Tick = async (services) => {
  const sealed = await sealBlocks(services);
  const { accounts, dropped } = await takeSnapshot(services);
  return { ...sealed, snapshotAccounts: accounts, droppedSnapshots: dropped };
};
