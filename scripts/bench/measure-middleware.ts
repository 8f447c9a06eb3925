import { openBenchDatabase, startBenchApi } from './bench-world.ts';
import { freshStart, head, SINGLE } from './events.ts';
import { closedLoop, LeanConnection } from './lean-client.ts';
import type { Measure } from './measure.ts';
import { measurePairs } from './pairs.ts';

const LANES = 64;

/** The whole middleware without the database against raw `node:http`: the same request, the same connections. */
export const middleware: Measure = {
  names: ['middleware'],
  async run(bench) {
    const database = await openBenchDatabase(bench.uriOf('middleware'), 'middleware', bench.dataDir);
    const api = await startBenchApi(database, './middleware-server.ts');
    const rivalPort = api.portsSaid[1] ?? 0;
    const ours = await Promise.all(Array.from({ length: LANES }, () => LeanConnection.open(api.port)));
    const rival = await Promise.all(Array.from({ length: LANES }, () => LeanConnection.open(rivalPort)));
    const requestHead = head('POST', '/v1/shift-events', database.tenant, SINGLE);
    const body = JSON.stringify(freshStart(database.tenant, Date.parse(bench.now())));
    const count = bench.quick ? 5_000 : 20_000;
    const rate = async (connections: readonly LeanConnection[]): Promise<number> => {
      const { perSecond } = await closedLoop(LANES, count, async (_index, lane) => {
        const answer = await connections[lane]?.request(requestHead, body);
        if (answer?.status !== 200) throw new Error(`The server answered ${answer?.status}: ${answer?.body}`);
      });
      return perSecond;
    };
    try {
      const about = { name: 'middleware', unit: 'requests/s', goal: { atLeast: 0.3 }, pairs: bench.pairs };
      return [
        await measurePairs(
          about,
          () => rate(ours),
          () => rate(rival),
        ),
      ];
    } finally {
      for (const connection of [...ours, ...rival]) connection.close();
      await api.stop();
      await database.close();
    }
  },
};
