import assert from 'node:assert/strict';
import { Refusal } from '../../programs/refusal.ts';
import { buildProgram } from './build-program.ts';
import type { Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { runCli } from './run-cli.ts';

/** Runs a command line that must not need a database, unless `failure` says how opening it fails. */
async function run(line: string, failure: Error = new Error('It opened the database.')) {
  const out: string[] = [];
  const notes: string[] = [];
  let code: ExitCode = EXIT.ok;
  const refuse = async (): Promise<never> => {
    throw failure;
  };
  const cli: Cli = {
    out: (text) => void out.push(text),
    write: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    interactive: false,
    env: {},
    withServices: refuse,
    withDatabase: refuse,
    finish: (to) => void (code = to),
  };
  const exit = await runCli(buildProgram(cli), line.split(' '), cli, () => code);
  return { exit, out: out.join('\n'), notes: notes.join('\n') };
}

const NOTHING_OPENS: Cli = {
  out: () => undefined,
  write: () => undefined,
  note: () => undefined,
  interactive: false,
  env: {},
  withServices: () => Promise.reject(new Error('opened')),
  withDatabase: () => Promise.reject(new Error('opened')),
  finish: () => undefined,
};

const NOUNS = [
  'carriers',
  'platforms',
  'keys',
  'policies',
  'workers',
  'shifts',
  'covers',
  'statements',
  'bank',
  'bordereaux',
  'settlements',
  'books',
  'events',
  'webhooks',
  'payments',
  'payouts',
  'payees',
  'people',
  'db',
  'demo',
];

describe('the command line', () => {
  it('lists every noun and the exit codes', async () => {
    const { exit, out } = await run('--help');
    assert.equal(exit, EXIT.ok);
    for (const name of [...NOUNS, 'Exit codes']) assert.match(out, new RegExp(`\\b${name}\\b`));
  });

  const verbs = buildProgram(NOTHING_OPENS).commands.flatMap((noun) =>
    noun.commands.map((verb) => `${noun.name()} ${verb.name()}`),
  );
  for (const verb of verbs) {
    it(`${verb} --help shows examples, --json and the exit codes, and opens nothing`, async () => {
      const { exit, out } = await run(`${verb} --help`);
      assert.equal(exit, EXIT.ok);
      for (const part of ['Examples:', `npm run cli -- ${verb}`, '--json', 'Exit codes:'])
        assert.ok(out.includes(part), part);
    });
  }

  it('has at least the verbs that are promised', () => {
    const promised =
      'platforms create,platforms list,keys create,keys revoke,policies open,policies revise,policies list,workers show,shifts import,covers show,covers explain,statements list,statements show,statements close,statements export,statements post,bordereaux list,bordereaux export,settlements create,settlements list,settlements show,settlements check,carriers fund-float,payouts list,payouts show,payouts create,payouts approve,payouts void,payouts retry,payouts reconcile,payees create,payees show,payees verify,payees change,payees list,people export,people erase,books check,books trial-balance,books account,books export,books close-month,books head,db gate,db backup,db restore,demo seed';
    assert.deepEqual(
      promised.split(',').filter((verb) => !verbs.includes(verb)),
      [],
    );
  });

  it('takes one value an option, so that nothing behind it is swallowed', () => {
    const program = buildProgram(NOTHING_OPENS);
    const variadic = program.commands
      .flatMap((noun) => noun.commands)
      .flatMap((verb) => verb.options.filter(({ variadic }) => variadic).map(({ long }) => `${verb.name()} ${long}`));
    assert.deepEqual(variadic, ['create --scopes']);
  });

  const misused: [line: string, says: RegExp][] = [
    ['platfroms list', /unknown command 'platfroms'.*\n?.*Did you mean platforms/],
    ['platforms lst', /unknown command 'lst'/],
    ['platforms list --jsn', /unknown option '--jsn'.*\n?.*Did you mean --json/],
    ['platforms', /Usage: cli platforms/],
    ['platforms create --name A', /required option '--source <uri>' not specified/],
    ['platforms create --name A --source b --mode real', /Allowed choices are test, live/],
    ['platforms list extra', /too many arguments/],
    ['keys create', /name one owner/],
    ['keys create --platform plt_a --scopes fly', /Allowed choices are shift_events:write/],
    ['statements close --policy pol_a --through 2026-02-30', /must be a day of the calendar/],
    ['covers explain --worker wrk_a', /say when/],
    ['covers explain --worker wrk_a --at 2026-01-31T08:00:00', /must be an instant with offset/],
    ['settlements check --carrier car_a --month 2026-13', /must be a month of the calendar/],
    ['webhooks resend --endpoint whe_a', /name one delivery/],
    ['webhooks create --audience all --url a', /must be platform:plt_/],
    ['webhooks listen --port 70000 --secret whsec_aaaa', /must be a port/],
    ['webhooks listen --port 0 --secret abc', /must be whsec_/],
    ['statements list --limit 0', /whole number above 0/],
    ['shifts import a.csv --policy pol_a', /required option '--mapping <file>'/],
    ['shifts import a.csv --policy pol_a --mapping m.yaml --rejects ./a.csv', /must be different files/],
    ['shifts import a.csv --policy pol_a --mapping no-such.yaml', /no-such\.yaml cannot be read/],
  ];
  for (const [line, says] of misused) {
    it(`${line}: a clear sentence and exit code 2`, async () => {
      const { exit, notes } = await run(line);
      assert.match(notes, says);
      assert.equal(exit, EXIT.usage);
    });
  }

  const plans = [
    'carriers create --name A --licence 1',
    'platforms create --name A --source //a',
    'keys create --platform plt_a --expires-in-days 30',
    'keys revoke key_a',
    'policies open --platform plt_a --carrier car_a --policyholder A --product rider-day@1 --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z --time-zone UTC --occupation a --territory b',
    'payouts create --key k --payee pye_a --amount 100 --currency CNY --from carrier:car_a:claims_float:CNY --text t',
    'payouts approve pyo_a',
    'payouts void pyo_a --reason r',
    'payouts retry pyo_a',
    'payouts release pyo_a',
    'payouts reconcile',
    'payees verify pye_a --version 1 --method document',
    'payees noticed n --how called',
    'people verify wrk_a --days 3',
    'payments resolve exc_1 --how no_action --note nothing',
    'payments sweep --from stripe --to bank --amount 5 --currency CNY --reference po_1 --on 2026-03-02',
    'demo seed',
    'webhooks create --audience operators --url https://a.example/hook',
    'webhooks test whe_a',
    'webhooks resend --delivery dlv_a',
  ];
  for (const line of plans) {
    it(`${line.slice(0, 60)}: shows its plan and does nothing`, async () => {
      const { exit, out } = await run(line);
      assert.equal(exit, EXIT.ok);
      assert.match(out, /Nothing was done\. Add --apply/);
      const json = await run(`${line} --json`);
      assert.match(json.out, /^\{"applied":false,"plan":\{/);
    });
  }

  const troubles: [name: string, failure: Error, exit: ExitCode][] = [
    ['a refusal', new Refusal('not_found', 'policy_not_found', 'There is no policy pol_a.'), EXIT.refused],
    ['what is away', new Refusal('unavailable', 'outcome_unknown', 'Try again.'), EXIT.unavailable],
    ['a database that is away', Object.assign(new Error('No mongod.'), { name: 'DatabaseTrouble' }), EXIT.unavailable],
    [
      'a backup that is refused',
      Object.assign(new Error('Not empty.'), { name: 'DatabaseTrouble', code: 'restore_refused' }),
      EXIT.refused,
    ],
    [
      'a wrong variable',
      Object.assign(new Error('PARASOL_X is not a setting.'), { name: 'ConfigTrouble' }),
      EXIT.usage,
    ],
    ['a bug', new TypeError('x is undefined'), EXIT.bug],
  ];
  for (const [name, failure, exit] of troubles) {
    it(`tells of ${name} in words, and in JSON when asked`, async () => {
      const { message } = failure;
      const words = await run('platforms list', failure);
      assert.equal(words.exit, exit);
      assert.ok(words.notes.includes(message));
      assert.equal(words.out, '');
      const json = await run('platforms list --json', failure);
      assert.match(json.out, /^\{"error":\{"code":"[a-z_]+","message":"/);
    });
  }
});
