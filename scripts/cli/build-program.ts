import { Command } from 'commander';
import { declareBooks } from '../commands/books.ts';
import { declareBordereaux } from '../commands/bordereaux.ts';
import { declareBank } from '../commands/bank.ts';
import { declareCarriers } from '../commands/carriers.ts';
import { declareCovers } from '../commands/covers.ts';
import { declareDb } from '../commands/db.ts';
import { declareDemo } from '../commands/demo.ts';
import { declareEvents } from '../commands/events.ts';
import { declareDeposits } from '../commands/deposits.ts';
import { declareInvoices } from '../commands/invoices.ts';
import { declareKeys } from '../commands/keys.ts';
import { declarePayments } from '../commands/payments.ts';
import { declarePayees } from '../commands/payees.ts';
import { declarePayouts } from '../commands/payouts.ts';
import { declarePeople } from '../commands/people.ts';
import { declarePlatforms } from '../commands/platforms.ts';
import { declarePolicies } from '../commands/policies.ts';
import { declareSettlements } from '../commands/settlements.ts';
import { declareShifts } from '../commands/shifts.ts';
import { declareStatements } from '../commands/statements.ts';
import { declareWebhooks } from '../commands/webhooks.ts';
import { declareWorkers } from '../commands/workers.ts';
import type { Cli } from './cli.ts';
import { EXIT_HELP } from './exit-codes.ts';

/** The whole command tree; nothing is opened until a command runs. */
export function buildProgram(cli: Cli): Command {
  const program = new Command('cli')
    .usage('<noun> <verb> [options]')
    .description("Parasol's administrators' command line. What writes shows its plan, and does it only with --apply.")
    .showHelpAfterError('Try: npm run cli -- --help')
    .showSuggestionAfterError()
    .addHelpText('after', EXIT_HELP);
  for (const declare of [
    declareBank,
    declareCarriers,
    declarePlatforms,
    declareKeys,
    declarePolicies,
    declareWorkers,
    declareShifts,
    declareCovers,
    declareStatements,
    declareBordereaux,
    declareSettlements,
    declareBooks,
    declareEvents,
    declareWebhooks,
    declareInvoices,
    declareDeposits,
    declarePayments,
    declarePayouts,
    declarePayees,
    declarePeople,
    declareDb,
    declareDemo,
  ]) {
    declare(program, cli);
  }
  return program;
}
