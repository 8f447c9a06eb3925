import { drawUntilEmpty, openOurs, openRivalFund, type FundRun } from './fund-sides.ts';

/** What the bench asks of a process of its own: `callers` draw on a fund until it is empty. */
export interface FundOrder {
  readonly fund: string;
  readonly callers: number;
}
export type FundReport = FundRun | { readonly ready: true };

/** One of several processes that draw on the same fund: `fund-worker.ts <ours|rival> <uri> <pool> <name>`, then orders. */
const [which = '', uri = '', pool = '', name = ''] = process.argv.slice(2);
const side = which === 'ours' ? await openOurs(uri) : await openRivalFund(uri, Number(pool));
const tell = (report: FundReport): void => void process.send?.(report);

process.on('message', (order: FundOrder) => {
  drawUntilEmpty(side, order.fund, order.callers, name).then(tell, (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => {
  void side.close().then(() => process.exit(0));
});
tell({ ready: true });
